internal import Groundwork
internal import Synchronization

/// Shows on standard error how far some work is: a bar on a terminal, otherwise a plain line now and then, and nothing at
/// all for work of less than two seconds. May be used from any thread.
public final class Progress: Sendable {
  private struct Display {
    var state: ProgressState
    var shownAt = -Double.infinity
    var hasBar = false
    var linesShown = 0
  }

  private let display: Mutex<Display>
  private let write: @Sendable (String) -> Void
  private let terminal: Terminal
  private let isQuiet: Bool
  private let clock: @Sendable () -> Double
  private let start: Double
  private let firstCompleted: Int

  /// Seconds of silence at the start.
  static let patience = 2.0

  /// Progress that goes to the messages of a session; `quiet` shows nothing.
  public convenience init(_ state: ProgressState, in session: Session, quiet: Bool = false) {
    let messages = session.messages
    self.init(
      state, terminal: session.messageTerminal, quiet: quiet, clock: monotonicSeconds,
      // Progress that cannot be shown must not stop the work.
      write: { text in try? messages.write(text) })
  }

  init(
    _ state: ProgressState, terminal: Terminal, quiet: Bool = false, clock: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (String) -> Void
  ) {
    display = Mutex(Display(state: state))
    self.terminal = terminal
    isQuiet = quiet
    self.clock = clock
    self.write = write
    start = clock()
    firstCompleted = state.completed
  }

  public func advance(by count: Int = 1) {
    display.withLock { show(&$0, completed: $0.state.completed + count) }
  }

  /// `values` stand beside the bar until they are replaced; nil leaves them.
  public func update(completed: Int, values: [ProgressState.Value]? = nil) {
    display.withLock {
      if let values { $0.state.values = values }
      show(&$0, completed: completed)
    }
  }

  /// A message on a line of its own, above the bar.
  public func note(_ line: String) {
    guard !isQuiet else { return }
    display.withLock {
      erase(&$0)
      write(line + "\n")
      $0.shownAt = -.infinity
      show(&$0, completed: $0.state.completed)
    }
  }

  /// Takes the bar away and, after work that took a while, says what was done.
  public func finish() {
    display.withLock {
      $0.state.update(completed: $0.state.completed, elapsed: clock() - start)
      erase(&$0)
      if !isQuiet, $0.state.elapsed >= Self.patience {
        write(ProgressLine.finished($0.state, startingAt: firstCompleted) + "\n")
      }
    }
  }

  private func show(_ display: inout Display, completed: Int) {
    display.state.update(completed: completed, elapsed: clock() - start)
    let elapsed = display.state.elapsed
    guard !isQuiet, elapsed >= Self.patience else { return }
    if terminal.movesCursor {
      guard elapsed - display.shownAt >= 0.1 else { return }
      write("\r" + ProgressLine.bar(display.state, on: terminal) + "\u{1B}[K")
      display.hasBar = true
    } else {
      // Often at first, so that one sees that it works, then more seldom: after 2, 10, 30, 60, 120, ... seconds.
      let pauses = [0.0, 8, 20, 30]
      let pause = display.linesShown < pauses.count ? pauses[display.linesShown] : 60
      guard elapsed - display.shownAt >= pause else { return }
      write(ProgressLine.plain(display.state) + "\n")
      display.linesShown += 1
    }
    display.shownAt = elapsed
  }

  private func erase(_ display: inout Display) {
    if display.hasBar { write("\r\u{1B}[K") }
    display.hasBar = false
  }
}
