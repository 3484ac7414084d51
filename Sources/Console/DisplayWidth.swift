/// How many columns of a terminal a text takes: Chinese characters two, combining marks none (Unicode Annex 11).
public enum DisplayWidth {
  public static func of(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + of($1) }
  }

  /// A character as the reader sees it: a letter with its marks, a flag, a family.
  public static func of(_ character: Character) -> Int {
    if character.isASCII { return character.asciiValue.map { $0 >= 32 && $0 != 127 ? 1 : 0 } ?? 0 }
    var widest = 0
    var emojiPresentation = false
    for scalar in character.unicodeScalars {
      widest = max(widest, of(scalar))
      // Variation selector 16 asks for the emoji form, which is wide.
      if scalar.value == 0xFE0F { emojiPresentation = true }
    }
    let isFlag =
      character.unicodeScalars.count == 2 && character.unicodeScalars.allSatisfy(isRegionalIndicator)
    return emojiPresentation && widest > 0 || isFlag ? 2 : widest
  }

  public static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 {
      // The soft hyphen is drawn; other controls are not.
      return scalar.value >= 32 && scalar.value < 127 || scalar.value >= 0xA0 ? 1 : 0
    }
    if isWide(scalar.value) { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
    default:
      // Vowels and final consonants of decomposed Hangul stand within the wide syllable.
      return (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) ? 0 : 1
    }
  }

  /// Filled up with spaces on the right; a longer text stays.
  public static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - of(text)))
  }

  /// Filled up with spaces on the left.
  public static func paddedLeft(_ text: String, to columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - of(text))) + text
  }

  /// Cut to at most `columns`, with "…" for what was cut.
  public static func truncated(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    var kept = ""
    var width = 0
    for character in text {
      let wide = of(character)
      if width + wide > columns - 1 { break }
      kept.append(character)
      width += wide
    }
    return columns > 0 ? kept + "…" : ""
  }

  /// With control characters replaced by "�", so that a text from a file cannot steer the terminal.
  public static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let category = scalar.properties.generalCategory
      // Bidirectional controls can make a line read other than it is.
      let isBidirectional =
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      result.append(category == .control || isBidirectional ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar.value)
  }

  private static func isWide(_ value: UInt32) -> Bool {
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if value > wideRanges[middle].last { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && value >= wideRanges[low].first
  }
}
