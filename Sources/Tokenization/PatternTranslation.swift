/// From Oniguruma's syntax to PCRE2's, for the part of both that byte-level tokenizers use. What the two read differently
/// is rewritten, and what is not known to mean the same is refused.
enum PatternTranslation {
  static func translate(_ source: String) throws(TokenizationError) -> String {
    func refuse(_ what: String) -> TokenizationError {
      .pattern(source, reason: "has \(what), which is not read here")
    }
    var output = String.UnicodeScalarView()
    let scalars = Array(source.unicodeScalars)
    var index = 0
    var inClass = false

    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      switch scalar {
      case "\\":
        guard index < scalars.count else { throw refuse("a backslash at its end") }
        let escaped = scalars[index]
        index += 1
        switch escaped {
        // PCRE2's \s also has U+180E; White_Space is what both Oniguruma and Unicode mean.
        case "s": output.append(contentsOf: #"\p{White_Space}"#.unicodeScalars)
        case "S": output.append(contentsOf: #"\P{White_Space}"#.unicodeScalars)
        case "u":
          let digits = scalars[index..<min(index + 4, scalars.count)]
          guard digits.count == 4, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
            throw refuse(#"\u without four digits"#)
          }
          output.append(contentsOf: #"\x{"#.unicodeScalars)
          output.append(contentsOf: digits)
          output.append("}")
          index += 4
        case "p", "P":
          guard let end = scalars[index...].firstIndex(of: "}"), scalars[index] == "{" else {
            throw refuse(#"\p without braces"#)
          }
          output.append("\\")
          output.append(escaped)
          output.append(contentsOf: scalars[index...end])
          index = end + 1
        case "d", "D", "n", "r", "t", "f":
          output.append("\\")
          output.append(escaped)
        default:
          guard escaped.isASCII, !escaped.properties.isAlphabetic, !("0"..."9").contains(escaped) else {
            throw refuse("\\\(escaped)")
          }
          output.append("\\")
          output.append(escaped)
        }
      case "[" where inClass: throw refuse("a class within a class")
      case "&" where inClass && index < scalars.count && scalars[index] == "&": throw refuse("&& in a class")
      case "[":
        inClass = true
        output.append(scalar)
        if index < scalars.count, scalars[index] == "^" {
          output.append("^")
          index += 1
        }
        if index < scalars.count, scalars[index] == "]" {
          throw refuse("an unescaped ] at the start of a class")
        }
      case "]" where inClass:
        inClass = false
        output.append(scalar)
      case "}" where !inClass && index < scalars.count && scalars[index] == "+":
        // Possessive to PCRE2, a repetition of a repetition to Oniguruma.
        throw refuse("}+")
      default: output.append(scalar)
      }
    }
    return String(output)
  }

  /// An expression that matches just this text.
  static func literal(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar), scalar.value > 0x20 {
        output.append("\\")
      }
      output.append(scalar)
    }
    return String(output)
  }
}
