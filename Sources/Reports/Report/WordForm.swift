/// Tells words from a generator's debris by their form alone.
enum WordForm {
  /// Whether the Chinese text holds Chinese characters, and each English word is a word by its form.
  static func isWords(chinese: String, english: String) -> Bool {
    chinese.unicodeScalars.contains(where: isHan) && !english.unicodeScalars.contains(where: isHan)
      && english.split(whereSeparator: { !$0.isLetter }).contains {
        $0.count >= 3 && $0.dropFirst().allSatisfy(\.isLowercase)
      }
      && (chinese + " " + english).split(whereSeparator: { !$0.isLetter && !$0.isNumber }).allSatisfy(isWord)
  }

  /// A capital may open a word, or fill it as in CT, and short symbols such as PaO2 mix them; inside a longer word it is
  /// debris, as in "isContrast".
  private static func isWord(_ word: Substring) -> Bool {
    if word.count <= 5 { return true }
    var previousIsSmall = false
    for character in word {
      if character.isUppercase, previousIsSmall { return false }
      previousIsSmall = character.isLowercase
    }
    return true
  }

  /// CJK Unified Ideographs with extension A.
  private static func isHan(_ scalar: Unicode.Scalar) -> Bool {
    (0x3400...0x9FFF).contains(scalar.value)
  }
}
