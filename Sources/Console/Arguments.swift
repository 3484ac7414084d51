internal import Groundwork

/// A command line that was understood: the command it names and the texts for each of its parameters.
public struct Arguments: Sendable {
  public let command: Command
  /// The words that lead to the command, as in "lightbox prepare split".
  public let path: String
  private var texts: [String: [String]] = [:]

  /// What a command line asks for.
  public enum Request: Sendable {
    case run(Arguments)
    /// `--help` was among the words.
    case help(Command, path: String)
    /// `--version` of the program.
    case version
    /// `--completions SHELL`.
    case completions(Shell)
  }

  /// The value of a parameter that the command declares.
  public subscript<Value>(parameter: Parameter<Value>) -> Value {
    get throws(ConsoleError) {
      guard command.shapes.contains(where: { $0.spelling == parameter.shape.spelling }) else {
        throw .undeclaredParameter(name: parameter.shape.spelling, path: path)
      }
      return try parameter.read(texts[parameter.shape.spelling] ?? [])
    }
  }

  /// Whether the parameter stands on the command line.
  public func has(_ parameter: some ParameterDescription) -> Bool { texts[parameter.shape.spelling] != nil }

  /// Reads the words after the program's name. `--` ends the options; `--name=value` is `--name value`; `-o` is `--output`.
  public static func request(_ words: [String], of program: Command) throws(ConsoleError) -> Request {
    // "lightbox help train" is "lightbox train --help".
    if words.first == "help", !program.steps.isEmpty, program.step(named: "help") == nil {
      return try request(Array(words.dropFirst()) + ["--help"], of: program)
    }
    var command = program
    var path = program.name
    var rest = words[...]
    while let word = rest.first, !word.hasPrefix("-") || word == "-", !command.steps.isEmpty {
      guard let step = command.step(named: word) else {
        let known = command.steps.map(\.name)
        throw .unknownCommand(name: word, path: path, nearest: nearest(to: word, among: known))
      }
      command = step
      path += " " + word
      rest.removeFirst()
    }
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help(command, path: path)
    }
    if !program.steps.isEmpty, command.name == program.name, path == program.name {
      return try programRequest(rest, of: program)
    }
    guard command.steps.isEmpty else { throw .missingCommand(path: path, known: command.steps.map(\.name)) }
    var arguments = Arguments(command: command, path: path)
    try arguments.take(rest)
    return .run(arguments)
  }

  private init(command: Command, path: String) {
    self.command = command
    self.path = path
  }

  /// The program's own options.
  private static func programRequest(
    _ words: ArraySlice<String>, of program: Command
  ) throws(ConsoleError) -> Request {
    let known = ["--help", "--version", "--completions"]
    guard let word = words.first else {
      throw .missingCommand(path: program.name, known: program.steps.map(\.name))
    }
    let (name, attached) = splitAtEquals(word)
    switch name {
    case "--version":
      if attached != nil { throw .unwantedValue(option: name) }
      if let next = words.dropFirst().first { throw .unexpectedOperand(text: next, path: program.name) }
      return .version
    case "--completions":
      let shells = Shell.allCases.map(\.rawValue)
      guard let value = attached ?? words.dropFirst().first else {
        throw .missingValue(option: name, valueName: shells.joined(separator: "|"))
      }
      guard let shell = Shell(rawValue: value) else {
        throw .wrongValue(parameter: name, given: value, expected: "one of \(shells.joined(separator: ", "))")
      }
      return .completions(shell)
    default:
      // An option of a verb before the verb.
      let verbs = program.steps.filter { step in step.options.contains { $0.spelling == name } }
      if verbs.isEmpty {
        throw .unknownOption(name: name, path: program.name, nearest: nearest(to: name, among: known))
      }
      throw .missingCommand(path: program.name, known: verbs.map(\.name))
    }
  }

  private mutating func take(_ words: ArraySlice<String>) throws(ConsoleError) {
    var operands: [String] = []
    var rest = words
    var optionsEnded = false
    while let word = rest.popFirst() {
      if optionsEnded || word == "-" || !word.hasPrefix("-") || Double(word) != nil {
        operands.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else {
        try takeOption(word, &rest)
      }
    }
    try place(operands)
    for parameter in command.parameters {
      let shape = parameter.shape
      let given = texts[shape.spelling] ?? []
      if shape.isRequired, given.isEmpty {
        let name = shape.valueName.isEmpty ? shape.spelling : "\(shape.spelling) \(shape.valueName)"
        throw .missingParameter(name: name, path: path)
      }
      try parameter.check(given)
    }
  }

  private mutating func takeOption(_ word: String, _ rest: inout ArraySlice<String>) throws(ConsoleError) {
    var (name, attached) = Self.splitAtEquals(word)
    if name == "-o" { name = "--output" }
    guard let shape = command.options.first(where: { $0.spelling == name }) else {
      let known = command.options.map(\.spelling) + ["--help"]
      throw .unknownOption(name: name, path: path, nearest: nearest(to: name, among: known))
    }
    if texts[name] != nil, !shape.isRepeated { throw .givenTwice(option: name) }
    switch shape.form {
    case .flag:
      if attached != nil { throw .unwantedValue(option: name) }
      texts[name] = [""]
    case .option, .operand:
      guard let value = attached ?? rest.popFirst() else {
        throw .missingValue(option: name, valueName: shape.valueName)
      }
      // "--output --seed 1" forgot a value; a value that begins with two dashes is written --name=--value.
      if attached == nil, value.hasPrefix("--"), value.utf8.count > 2 {
        throw .missingValue(option: name, valueName: shape.valueName)
      }
      texts[name, default: []].append(value)
    }
  }

  /// Gives the operands to the declared ones in order; a repeated one takes what the ones after it leave.
  private mutating func place(_ given: [String]) throws(ConsoleError) {
    var rest = given[...]
    let declared = command.operands
    for (index, shape) in declared.enumerated() {
      let laterNeeds = declared[(index + 1)...].count { $0.isRequired }
      if shape.isRepeated {
        let count = max(0, rest.count - laterNeeds)
        if count > 0 { texts[shape.name] = Array(rest.prefix(count)) }
        rest = rest.dropFirst(count)
      } else if shape.isRequired || rest.count > laterNeeds, let text = rest.popFirst() {
        texts[shape.name] = [text]
      }
    }
    if let text = rest.first { throw .unexpectedOperand(text: text, path: path) }
  }

  /// "--name=value" in two; a word without "=" has no value.
  private static func splitAtEquals(_ word: String) -> (name: String, value: String?) {
    guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<sign]), String(word[word.index(after: sign)...]))
  }
}
