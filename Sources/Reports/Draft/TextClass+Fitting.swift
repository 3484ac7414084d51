extension TextClass {
  /// The nearest text that the class admits, of at most `limit` characters: line breaks become spaces, typographic characters
  /// their plain forms where only ASCII passes, and a long text ends behind its last whole sentence that fits.
  func fitting(_ text: String, limit: Int, orElse fallback: String) -> String {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        if let last = scalars.last, last != " " { scalars.append(" ") }
      } else if self == .line || scalar.isASCII {
        scalars.append(scalar)
      } else {
        scalars += Array(Self.plain(scalar).unicodeScalars)
      }
    }
    while scalars.last == " " { scalars.removeLast() }
    if scalars.count > limit {
      let head = scalars.prefix(limit)
      let end = head.lastIndex { "。；.;!?！？".unicodeScalars.contains($0) }
      scalars = Array(head.prefix(end.map { $0 + 1 } ?? limit))
      while scalars.last == " " { scalars.removeLast() }
    }
    if scalars.isEmpty { return fallback }
    return String(String.UnicodeScalarView(scalars))
  }

  private static func plain(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "‘", "’": "'"
    case "“", "”": "\""
    case "‐", "‑", "–", "—", "−": "-"
    case "…": "..."
    case "×": "x"
    case "°", "º": " degrees"
    case "µ", "μ": "u"
    case "±": "+/-"
    case "≥": ">="
    case "≤": "<="
    case "，", "、": ","
    case "。": "."
    case "；": ";"
    case "：": ":"
    case "（": "("
    case "）": ")"
    default: plainLetter(scalar)
    }
  }

  /// The ASCII letter that a letter with marks starts with; nothing for other characters.
  private static func plainLetter(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "à", "á", "â", "ä", "ã", "å": "a"
    case "è", "é", "ê", "ë": "e"
    case "ì", "í", "î", "ï": "i"
    case "ò", "ó", "ô", "ö", "õ", "ø": "o"
    case "ù", "ú", "û", "ü": "u"
    case "ç": "c"
    case "ñ": "n"
    case "É": "E"
    case "Ö": "O"
    case "Ü": "U"
    default: ""
    }
  }
}
