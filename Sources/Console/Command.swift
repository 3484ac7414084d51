/// A verb of the command line, or the program itself, whose steps are its verbs.
public struct Command: Sendable {
  public let name: String
  /// One line, as it stands in the list of verbs.
  public let summary: String
  /// Paragraphs for `--help`, with blank lines between; empty when the summary says it all.
  public let discussion: String
  public let parameters: [any ParameterDescription]
  public let examples: [Example]
  public let steps: [Command]
  /// The work; nil when a step must be named.
  public let run: (@Sendable (Arguments, Session) throws -> Void)?

  /// A command line that works as it stands, and what it does.
  public struct Example: Sendable {
    public let line: String
    public let meaning: String

    public init(_ line: String, _ meaning: String) {
      self.line = line
      self.meaning = meaning
    }
  }

  public init(
    _ name: String, _ summary: String, discussion: String = "",
    takes parameters: [any ParameterDescription] = [],
    examples: [Example] = [], steps: [Command] = [],
    run: (@Sendable (Arguments, Session) throws -> Void)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.parameters = parameters
    self.examples = examples
    self.steps = steps
    self.run = run
  }

  public func step(named name: String) -> Command? { steps.first { $0.name == name } }

  var shapes: [ParameterShape] { parameters.map(\.shape) }
  var operands: [ParameterShape] { shapes.filter { $0.form == .operand } }
  var options: [ParameterShape] { shapes.filter { $0.form != .operand } }
}

/// Options that many commands share; each command says which it takes.
public enum CommonOption {
  public static let json = Parameter.flag("json", "answer in JSON on standard output")
  public static let quiet = Parameter.flag("quiet", "no progress on standard error")
}
