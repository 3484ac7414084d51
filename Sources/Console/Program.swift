internal import Groundwork

/// The whole of a command-line program: its verbs and its version.
public struct Program: Sendable {
  public let root: Command
  public let version: String

  public init(_ root: Command, version: String) {
    self.root = root
    self.version = version
  }

  /// Does what the words after the program's name ask for and gives the exit code.
  public func run(_ words: [String], in session: Session = .standard()) -> Int32 {
    do {
      switch try Arguments.request(words, of: root) {
      case .run(let arguments): try arguments.command.run?(arguments, session)
      case .help(let command, let path):
        try session.output.write(command.help(path: path, columns: session.terminal.columns))
      case .version: try session.say("\(root.name) \(version)")
      case .completions(let shell): try session.output.write(shell.completions(for: root))
      }
      try session.output.flush()
      return 0
    } catch {
      // What was answered before the error still belongs to the reader.
      try? session.output.flush()
      let diagnostic = ErrorRendering.diagnostic(for: error)
      try? session.messages.write(
        ErrorRendering.text(
          of: diagnostic, program: root.name, asJSON: words.contains("--json"), on: session.messageTerminal))
      return diagnostic.fault.rawValue
    }
  }
}
