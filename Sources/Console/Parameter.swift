/// One thing that a command takes: a flag, an option with a value, or an operand. `Value` is what the verb gets:
/// `Bool` for a flag, `T` for what must be there or has a default, `T?` for what may be absent, `[T]` for what may repeat.
///
///     static let count = Parameter.option("count", "N", "how many studies", .integer(1...), default: 16)
///     …
///     for number in 0..<(try arguments[Self.count]) { … }
public struct Parameter<Value: Sendable>: ParameterDescription {
  public let shape: ParameterShape
  private let reading: @Sendable ([String]) throws(ConsoleError) -> Value

  /// The value for the texts that were given, none or one or several.
  public func read(_ texts: [String]) throws(ConsoleError) -> Value { try reading(texts) }

  public func check(_ texts: [String]) throws(ConsoleError) { _ = try reading(texts) }

  fileprivate init(
    _ shape: ParameterShape, reading: @escaping @Sendable ([String]) throws(ConsoleError) -> Value
  ) {
    self.shape = shape
    self.reading = reading
  }
}

/// A parameter whatever its value's type.
public protocol ParameterDescription: Sendable {
  var shape: ParameterShape { get }
  /// Throws when the texts are not what the parameter takes.
  func check(_ texts: [String]) throws(ConsoleError)
}

/// What help and parsing need to know about a parameter.
public struct ParameterShape: Sendable {
  public enum Form: Sendable { case flag, option, operand }

  public let form: Form
  /// The long name without dashes, or the name of an operand in capitals.
  public let name: String
  /// What stands for the value in help; empty for a flag.
  public let valueName: String
  public let summary: String
  public let isRequired: Bool
  public let isRepeated: Bool
  /// How the default reads in help.
  public let defaultText: String?
  public let completion: Completion

  init(
    form: Form, name: String, valueName: String = "", summary: String, isRequired: Bool = false,
    isRepeated: Bool = false, defaultText: String? = nil, completion: Completion = .nothing
  ) {
    self.form = form
    self.name = name
    self.valueName = valueName
    self.summary = summary
    self.isRequired = isRequired
    self.isRepeated = isRepeated
    self.defaultText = defaultText
    self.completion = completion
  }

  /// As it is typed: "--count", "MODEL".
  public var spelling: String { form == .operand ? name : "--" + name }
}

extension Parameter where Value == Bool {
  /// `--name`, absent or there.
  public static func flag(_ name: String, _ summary: String) -> Self {
    Self(ParameterShape(form: .flag, name: name, summary: summary)) { !$0.isEmpty }
  }
}

extension Parameter {
  /// `--name VALUE`, with a default.
  public static func option(
    _ name: String, _ valueName: String, _ summary: String, _ kind: ValueKind<Value>,
    default fallback: Value
  ) -> Self {
    let shape = ParameterShape(
      form: .option, name: name, valueName: valueName, summary: summary, defaultText: "\(fallback)",
      completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.lastIfAny(of: texts, for: shape) ?? fallback }
  }

  /// `--name VALUE`, which must be given.
  public static func required(
    _ name: String, _ valueName: String, _ summary: String, _ kind: ValueKind<Value>
  ) -> Self {
    let shape = ParameterShape(
      form: .option, name: name, valueName: valueName, summary: summary, isRequired: true,
      completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.last(of: texts, for: shape) }
  }

  /// `--name VALUE`, which may be absent.
  public static func option<Wrapped>(
    _ name: String, _ valueName: String, _ summary: String, _ kind: ValueKind<Wrapped>
  ) -> Self where Value == Wrapped? {
    let shape = ParameterShape(
      form: .option, name: name, valueName: valueName, summary: summary, completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.lastIfAny(of: texts, for: shape) }
  }

  /// `--name VALUE`, any number of times.
  public static func repeated<Element>(
    _ name: String, _ valueName: String, _ summary: String, _ kind: ValueKind<Element>
  ) -> Self where Value == [Element] {
    let shape = ParameterShape(
      form: .option, name: name, valueName: valueName, summary: summary, isRepeated: true,
      completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.all(of: texts, for: shape) }
  }

  /// An operand that must be given.
  public static func operand(_ name: String, _ summary: String, _ kind: ValueKind<Value>) -> Self {
    let shape = ParameterShape(
      form: .operand, name: name, summary: summary, isRequired: true, completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.last(of: texts, for: shape) }
  }

  /// An operand that may be absent.
  public static func operand<Wrapped>(
    optional name: String, _ summary: String, _ kind: ValueKind<Wrapped>
  ) -> Self where Value == Wrapped? {
    let shape = ParameterShape(form: .operand, name: name, summary: summary, completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.lastIfAny(of: texts, for: shape) }
  }

  /// All operands from here on, perhaps none.
  public static func operands<Element>(
    _ name: String, _ summary: String, _ kind: ValueKind<Element>
  ) -> Self where Value == [Element] {
    let shape = ParameterShape(
      form: .operand, name: name, summary: summary, isRepeated: true, completion: kind.completion)
    return Self(shape) { texts throws(ConsoleError) in try kind.all(of: texts, for: shape) }
  }
}

extension ValueKind {
  fileprivate func value(of text: String, for shape: ParameterShape) throws(ConsoleError) -> Value {
    guard let value = read(text) else {
      throw .wrongValue(parameter: shape.spelling, given: text, expected: expected)
    }
    return value
  }

  fileprivate func lastIfAny(of texts: [String], for shape: ParameterShape) throws(ConsoleError) -> Value? {
    guard let text = texts.last else { return nil }
    return try value(of: text, for: shape)
  }

  fileprivate func last(of texts: [String], for shape: ParameterShape) throws(ConsoleError) -> Value {
    guard let text = texts.last else { throw .missingParameter(name: shape.spelling, path: "the command") }
    return try value(of: text, for: shape)
  }

  fileprivate func all(of texts: [String], for shape: ParameterShape) throws(ConsoleError) -> [Value] {
    var values: [Value] = []
    for text in texts { values.append(try value(of: text, for: shape)) }
    return values
  }
}
