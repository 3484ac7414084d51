internal import Studies

/// Builds a Markdown text out of words in one or two languages; what comes from outside is escaped.
struct MarkdownPage {
  let language: ReportLanguage
  private(set) var text = ""

  init(language: ReportLanguage) { self.language = language }

  static func same(_ text: String) -> BilingualText { BilingualText(text, text) }

  static func joined(_ texts: [BilingualText]) -> BilingualText {
    BilingualText(
      texts.map(\.chinese).joined(separator: "；"), texts.map(\.english).joined(separator: "; "))
  }

  mutating func heading(_ level: Int, _ words: BilingualText) {
    text += String(repeating: "#", count: level) + " " + Self.escaped(language.word(words)) + "\n\n"
  }

  mutating func quote(_ words: BilingualText) {
    text += language.lines(words).map { "> \(Self.escaped($0))\n" }.joined(separator: ">\n") + "\n"
  }

  mutating func warning(_ words: BilingualText) {
    text += language.lines(words).map { "**\(Self.escaped($0))**\n\n" }.joined()
  }

  mutating func fact(_ name: BilingualText, _ value: BilingualText) {
    text += "- \(Self.escaped(language.word(name))): \(Self.escaped(language.word(value)))\n"
  }

  /// Ends a list of facts.
  mutating func end() { text += "\n" }

  mutating func list(_ items: [BilingualText], isNumbered: Bool = false) {
    for (place, item) in items.enumerated() {
      let mark = isNumbered ? "\(place + 1). " : "- "
      // Two spaces at the end of a line break it inside the item.
      let indent = String(repeating: " ", count: mark.utf8.count)
      text += mark + language.lines(item).map(Self.escaped).joined(separator: "  \n" + indent) + "\n"
    }
    text += "\n"
  }

  mutating func table(_ columns: [BilingualText], _ rows: [[BilingualText]]) {
    func line(_ cells: [BilingualText]) -> String {
      "| " + cells.map { Self.escaped(language.word($0)) }.joined(separator: " | ") + " |\n"
    }
    text += line(columns) + "|" + String(repeating: " --- |", count: columns.count) + "\n"
    for row in rows { text += line(row) }
    text += "\n"
  }

  /// Line breaks become spaces, and characters with a meaning in Markdown or HTML lose it.
  static func escaped(_ words: String) -> String {
    var escaped = ""
    for scalar in words.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "<", ">":
        escaped += "\\"
        escaped.unicodeScalars.append(scalar)
      case "&": escaped += "&amp;"
      case "\n", "\r", "\t": escaped += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": break
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
