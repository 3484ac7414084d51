/// Breaks text into lines of a terminal, where a Chinese character takes two columns.
enum TextWrapping {
  /// How many columns a text takes (Unicode Standard Annex 11: wide and full-width characters take two).
  static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// Lines of at most `columns`, broken at spaces, and between Chinese characters but not before their punctuation. Control
  /// characters are left out, so that no text can command the terminal.
  static func lines(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for piece in pieces(text) {
      let needed = width(piece)
      if used + needed > columns, used > 0 {
        lines.append(trimmed(line))
        (line, used) = ("", 0)
        if piece == " " { continue }
      }
      line += piece
      used += needed
    }
    if !line.isEmpty { lines.append(trimmed(line)) }
    return lines
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Words, single spaces and single wide characters with the punctuation that follows.
  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    for character in text {
      let isBlank = character.isWhitespace
      if !isBlank, width(character) == 0 { continue }
      if isBlank {
        if pieces.last != " " { pieces.append(" ") }
      } else if let last = pieces.last, last != " ",
        "，。；：、！？）」』”,.;:!?)".contains(character)
          || (width(character) == 1 && last.allSatisfy { width($0) == 1 })
      {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
    }
    return pieces
  }
}
