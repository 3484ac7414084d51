internal import Glibc

/// What a stream can show: its size and its colours.
public struct Terminal: Sendable, Equatable {
  public enum Colours: Sendable, Comparable { case none, basic, indexed, full }

  /// Whether a person looks at it, rather than a file or a pipe.
  public var isInteractive: Bool
  /// Whether a line can be drawn over: a person's terminal that is not a dumb one.
  public var movesCursor: Bool
  public var columns: Int
  public var rows: Int
  public var colours: Colours
  /// Whether characters beyond ASCII can be shown.
  public var showsUnicode: Bool

  public init(
    isInteractive: Bool = false, movesCursor: Bool? = nil, columns: Int = 80, rows: Int = 24,
    colours: Colours = .none, showsUnicode: Bool = true
  ) {
    self.isInteractive = isInteractive
    self.movesCursor = movesCursor ?? isInteractive
    self.columns = columns
    self.rows = rows
    self.colours = colours
    self.showsUnicode = showsUnicode
  }

  /// The terminal behind a descriptor, as the environment describes it.
  public init(descriptor: Int32) {
    var size = winsize()
    let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let interactive = isatty(descriptor) == 1
    self.init(
      isInteractive: interactive, movesCursor: interactive && Self.environment("TERM") ?? "dumb" != "dumb",
      columns: known ? Int(size.ws_col) : 80, rows: known ? Int(size.ws_row) : 24,
      colours: interactive ? Self.colours(environment: Self.environment) : .none,
      showsUnicode: Self.showsUnicode(environment: Self.environment))
  }

  /// The colours that the variables ask for: none with NO_COLOR (no-color.org) or a dumb terminal.
  public static func colours(environment: (String) -> String?) -> Colours {
    if let refusal = environment("NO_COLOR"), !refusal.isEmpty { return .none }
    let kind = environment("TERM") ?? "dumb"
    if kind == "dumb" || kind.isEmpty { return .none }
    if let depth = environment("COLORTERM"), depth == "truecolor" || depth == "24bit" { return .full }
    if kind.hasSuffix("-direct") { return .full }
    return kind.hasSuffix("256color") ? .indexed : .basic
  }

  /// By the first locale variable that is set, as POSIX orders them.
  public static func showsUnicode(environment: (String) -> String?) -> Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = environment(name), !value.isEmpty else { continue }
      let locale = value.lowercased()
      return locale.hasSuffix("utf-8") || locale.hasSuffix("utf8")
    }
    return false
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
