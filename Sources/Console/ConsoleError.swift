public import Groundwork
internal import Glibc

/// What can be wrong about a command line, or about the standard streams.
public enum ConsoleError: Diagnostic {
  case missingCommand(path: String, known: [String])
  case unknownCommand(name: String, path: String, nearest: String?)
  case unknownOption(name: String, path: String, nearest: String?)
  case missingValue(option: String, valueName: String)
  case unwantedValue(option: String)
  case wrongValue(parameter: String, given: String, expected: String)
  case givenTwice(option: String)
  case missingParameter(name: String, path: String)
  case unexpectedOperand(text: String, path: String)
  /// A verb asked for a parameter that its command does not declare.
  case undeclaredParameter(name: String, path: String)
  /// `stream` is "write to standard output" or the like; `code` is the `errno`.
  case stream(action: String, code: Int32)
  /// Standard input is not UTF-8; `offset` counts bytes.
  case inputNotUTF8(offset: Int)
  /// An image whose values are not height × width many.
  case pictureShape(width: Int, height: Int, values: Int)
  /// Options that exist but do not go together, in a sentence of its own.
  case contradiction(String)

  public var sentence: String {
    switch self {
    case .missingCommand(let path, let known):
      return "\(path) needs one of: \(known.joined(separator: ", ")); \(path) --help says what each does"
    case .unknownCommand(let name, let path, let nearest):
      return "\(path) has no \"\(shown(name))\"\(suggestion(nearest)); \(path) --help lists what it has"
    case .unknownOption(let name, let path, let nearest):
      return "\(path) has no option \(shown(name))\(suggestion(nearest)); \(path) --help lists them"
    case .missingValue(let option, let valueName):
      return "\(option) needs a value: \(option) \(valueName)"
    case .unwantedValue(let option):
      return "\(option) takes no value; write \(option) alone"
    case .wrongValue(let parameter, let given, let expected):
      return "\(parameter) takes \(expected), not \"\(shown(given))\""
    case .givenTwice(let option):
      return "\(option) is given twice; give it once"
    case .missingParameter(let name, let path):
      return "\(path) needs \(name); \(path) --help shows an example"
    case .unexpectedOperand(let text, let path):
      return "\(path) does not know what to do with \"\(shown(text))\"; a value with spaces needs quotes, "
        + "and \(path) --help shows an example"
    case .undeclaredParameter(let name, let path):
      return "\(path) reads \(name) but does not declare it; please report this"
    case .stream(let action, let code):
      return "cannot \(action): \(String(cString: strerror(code)))"
    case .inputNotUTF8(let offset):
      return
        "standard input is not UTF-8 at byte \(offset); convert it, for instance with iconv -f GB18030 -t UTF-8"
    case .pictureShape(let width, let height, let values):
      return "a picture of \(width) × \(height) cannot be drawn from \(values) values; please report this"
    case .contradiction(let sentence):
      return sentence
    }
  }

  public var fault: Fault {
    switch self {
    case .undeclaredParameter, .pictureShape: .software
    case .stream: .inputOutput
    case .inputNotUTF8: .data
    default: .usage
    }
  }

  private func suggestion(_ nearest: String?) -> String {
    nearest.map { "; did you mean \($0)?" } ?? ""
  }

  /// What was typed, short and without control characters.
  private func shown(_ text: String) -> String {
    DisplayWidth.truncated(DisplayWidth.printable(text), to: 60)
  }
}
