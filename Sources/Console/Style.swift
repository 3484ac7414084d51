/// What a piece of text means; a terminal that wants colour shows it (ECMA-48, select graphic rendition).
public enum Style: String, Sendable {
  case strong = "1"
  case faint = "2"
  case wrong = "1;31"
  case good = "32"
  case warning = "33"

  public func painted(_ text: String, on terminal: Terminal) -> String {
    terminal.colours == .none ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
  }
}
