/// Text laid out in lines of a given width.
public enum TextBlock {
  /// Breaks paragraphs (blank lines between them) at spaces, and between Chinese characters; lines that begin with a space
  /// stay as they are.
  public static func wrapped(_ text: String, to width: Int, indentation: Int = 0) -> String {
    let margin = String(repeating: " ", count: indentation)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.isEmpty { return "" }
      if line.hasPrefix(" ") { return margin + line }
      return margin + filled(words(line), to: width, hanging: indentation, start: indentation)
    }.joined(separator: "\n")
  }

  /// Words with spaces between them in lines of `width`, the second and later ones indented by `hanging`. A word is kept whole.
  static func filled(_ words: [String], to width: Int, hanging: Int, start: Int = 0) -> String {
    var text = ""
    var column = start
    var lineIsEmpty = true
    for word in words {
      // A word that begins with a no-break mark joins the one before it without a space (between Chinese characters).
      let joined = word.hasPrefix(joiner)
      let piece = joined ? String(word.dropFirst()) : word
      let space = lineIsEmpty || joined ? 0 : 1
      let wide = DisplayWidth.of(piece)
      if !lineIsEmpty, column + space + wide > width {
        text += "\n" + String(repeating: " ", count: hanging) + piece
        column = hanging + wide
      } else {
        text += (space == 1 ? " " : "") + piece
        column += space + wide
      }
      lineIsEmpty = false
    }
    return text
  }

  private static let joiner = "\u{2060}"

  /// Splits at spaces and before each wide character, except before punctuation that must not begin a line.
  private static func words(_ line: Substring) -> [String] {
    var words: [String] = []
    for part in line.split(separator: " ") {
      var word = ""
      var isFirst = true
      func finish() {
        if !word.isEmpty {
          words.append((isFirst ? "" : joiner) + word)
          isFirst = false
        }
        word = ""
      }
      for character in part {
        let breaks = DisplayWidth.of(character) == 2 && !"，。；：、！？）》」』】”".contains(character)
        let afterWide = word.last.map { DisplayWidth.of($0) == 2 } ?? false
        if breaks || afterWide && DisplayWidth.of(character) == 1 { finish() }
        word.append(character)
      }
      finish()
    }
    return words
  }
}
