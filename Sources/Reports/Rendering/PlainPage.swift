internal import Studies

/// Builds a text for a terminal.
struct PlainPage {
  enum Style: String {
    case plain = ""
    case bold = "1"
    case alarm = "1;31"
  }

  let language: ReportLanguage
  let columns: Int
  let isColoured: Bool
  var text = ""

  private func styled(_ line: String, _ style: Style) -> String {
    isColoured && style != .plain ? "\u{1B}[\(style.rawValue)m\(line)\u{1B}[0m" : line
  }

  mutating func paragraph(_ words: BilingualText, _ style: Style = .plain) {
    if !text.isEmpty { text += "\n" }
    for line in language.lines(words).flatMap({ TextWrapping.lines($0, columns: columns) }) {
      text += styled(line, style) + "\n"
    }
  }

  mutating func heading(_ words: BilingualText, _ style: Style = .bold) {
    text += "\n" + styled(language.word(words), style) + "\n"
  }

  /// A marked item; its lines hang behind the mark.
  mutating func item(_ mark: String, _ words: BilingualText, _ style: Style = .plain) {
    let indent = 2 + mark.count + 1
    var lead = "  \(mark) "
    for line in language.lines(words).flatMap({ TextWrapping.lines($0, columns: columns - indent) }) {
      text += lead + styled(line, style) + "\n"
      lead = String(repeating: " ", count: indent)
    }
  }
  /// Which program and model answered, and how its probabilities were calibrated.
  mutating func addSource(_ provenance: Provenance) {
    heading(ReportWords.provenance)
    let source = "\(provenance.software)  \(provenance.modelDigest.prefix(12))  \(provenance.generated)"
    item(" ", BilingualText(source, source))
    let (title, words) = (ReportWords.calibration, provenance.calibration.words)
    item(
      " ",
      BilingualText("\(title.chinese)：\(words.chinese)", "\(title.english): \(words.english)"))
  }
}
