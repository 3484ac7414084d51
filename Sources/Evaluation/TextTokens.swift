/// Splits texts into tokens for metrics over words.
public enum TextTokens: String, CaseIterable, Sendable {
  /// The tokens of mteval-v13a, BLEU's for languages with spaces.
  case thirteenA = "13a"
  /// Each Chinese character by itself, the rest as `thirteenA` without its entities: BLEU's for Chinese.
  case chinese = "zh"
  /// Lower-cased runs of ASCII letters and digits, ROUGE's. All else is dropped: Chinese texts have no such tokens.
  case words
  /// Each character but white space.
  case characters
  /// Lower-cased ASCII words, and each other letter or digit by itself: for texts in both languages.
  case mixed

  public func split(_ text: String) -> [String] {
    switch self {
    case .thirteenA: Self.splitPunctuation([" "] + Self.withoutEntities(Self.trimmedEnd(text)) + [" "])
    case .chinese: Self.splitPunctuation(Self.separatingChinese(text))
    case .words: Self.asciiWords(text)
    case .characters: text.unicodeScalars.filter { !Self.isSpace($0) }.map { String($0) }
    case .mixed: Self.mixedWords(text)
    }
  }

  /// White space as scripting languages split at: Unicode's, and the four information separators.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  private static func trimmedEnd(_ text: String) -> [Unicode.Scalar] {
    Array(text.unicodeScalars.reversed().drop(while: isSpace).reversed())
  }

  private static func replacing(
    _ pattern: String, with replacement: String, in text: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    let pattern = Array(pattern.unicodeScalars)
    var output: [Unicode.Scalar] = []
    var place = 0
    while place < text.count {
      if text[place...].starts(with: pattern) {
        output += Array(replacement.unicodeScalars)
        place += pattern.count
      } else {
        output.append(text[place])
        place += 1
      }
    }
    return output
  }

  private static func withoutEntities(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let replacements = [
      ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"),
      ("&gt;", ">"),
    ]
    return replacements.reduce(text) { replacing($1.0, with: $1.1, in: $0) }
  }

  /// The language-dependent part of mteval-v13a: marks stand alone; a point or comma too, but for those inside numbers; a dash
  /// behind a digit too.
  private static func splitPunctuation(_ text: [Unicode.Scalar]) -> [String] {
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }
    var scalars: [Unicode.Scalar] = []
    for scalar in text {
      if isMark(scalar) { scalars += [" ", scalar, " "] } else { scalars.append(scalar) }
    }
    scalars = replacingPairs(scalars, where: { !isDigit($0) && isPoint($1) }, by: { [$0, " ", $1, " "] })
    scalars = replacingPairs(scalars, where: { isPoint($0) && !isDigit($1) }, by: { [" ", $0, " ", $1] })
    scalars = replacingPairs(scalars, where: { isDigit($0) && $1 == "-" }, by: { [$0, " ", $1, " "] })
    return scalars.split(whereSeparator: isSpace).map { String(String.UnicodeScalarView($0)) }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " "..."&", "("..."+", ":"..."@", "["..."`", "{"..."~", "/": true
    default: false
    }
  }

  /// Replaces pairs of neighbours from left to right; a scalar is of one pair only.
  private static func replacingPairs(
    _ text: [Unicode.Scalar], where isPair: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    by replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    var place = 0
    while place < text.count {
      if place + 1 < text.count, isPair(text[place], text[place + 1]) {
        output += replacement(text[place], text[place + 1])
        place += 2
      } else {
        output.append(text[place])
        place += 1
      }
    }
    return output
  }

  private static func separatingChinese(_ text: String) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if isChinese(scalar) { output += [" ", scalar, " "] } else { output.append(scalar) }
    }
    return output
  }

  /// What the public scorer takes for Chinese. Two of its ranges are written for planes beyond the first and, read as its
  /// language reads them, mean U+2001 to U+2A6D and U+2F81 to U+2FA1; scores are comparable only if ours do too.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2001...0x2A6D, 0x2E80...0x2EFF, 0x2F00...0x2FDF, 0x2FF0...0x303F, 0x3100...0x312F, 0x31A0...0x31BF,
      0x31C0...0x31EF, 0x3200...0x33FF, 0x3400...0x4DB5, 0x4E00...0x9FBB, 0xF900...0xFA2D, 0xFA30...0xFA6A,
      0xFA70...0xFAD9, 0xFE10...0xFE1F, 0xFE30...0xFE4F, 0xFF00...0xFFEF:
      true
    default: false
    }
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
  }

  private static func asciiWords(_ text: String) -> [String] {
    let lowered = text.unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    return lowered.split { !isWordPart($0) }.map { String(String.UnicodeScalarView($0)) }
  }

  private static func mixedWords(_ text: String) -> [String] {
    var tokens: [String] = []
    var word = String.UnicodeScalarView()
    func end() {
      if !word.isEmpty { tokens.append(String(word)) }
      word = String.UnicodeScalarView()
    }
    for scalar in text.unicodeScalars.flatMap({ Array($0.properties.lowercaseMapping.unicodeScalars) }) {
      if isWordPart(scalar) {
        word.append(scalar)
        continue
      }
      end()
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        tokens.append(String(scalar))
      }
    }
    end()
    return tokens
  }
}
