public import Groundwork

/// What a running command talks to: standard output for the answer, standard error for progress and messages.
public struct Session: Sendable {
  public let output: OutputStream
  public let messages: OutputStream
  /// How answers for people may look.
  public let terminal: Terminal
  /// How messages and progress may look.
  public let messageTerminal: Terminal

  public init(output: OutputStream, messages: OutputStream, terminal: Terminal, messageTerminal: Terminal) {
    self.output = output
    self.messages = messages
    self.terminal = terminal
    self.messageTerminal = messageTerminal
  }

  /// The streams of this process.
  public static func standard() -> Session {
    Session(
      output: OutputStream(descriptor: 1, name: "standard output"),
      messages: OutputStream(descriptor: 2, name: "standard error", buffers: false),
      terminal: Terminal(descriptor: 1), messageTerminal: Terminal(descriptor: 2))
  }

  /// One line of the answer for people.
  public func say(_ line: String) throws(ConsoleError) { try output.write(line + "\n") }

  /// One JSON value on a line of standard output, the answer for programs; it is handed over at once, for a program may wait for
  /// it before it goes on.
  public func answer(_ value: JSON) throws(ConsoleError) {
    try output.write(value.text() + "\n")
    try output.flush()
  }
}
