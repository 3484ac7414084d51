internal import Groundwork
internal import Studies

/// Pieces of HTML; what comes from outside is escaped, and nothing refers to a resource outside the page.
enum HTMLText {
  /// Text as element content or in a quoted attribute.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r": escaped += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": break
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Words in both languages, of which the page shows the chosen ones.
  static func words(_ text: BilingualText) -> String {
    if text.chinese == text.english { return escaped(text.chinese) }
    return "<span class=zh lang=zh-Hans>\(escaped(text.chinese))</span>"
      + "<span class=en lang=en>\(escaped(text.english))</span>"
  }

  static func element(_ name: String, _ classes: String = "", _ content: String) -> String {
    "<\(name)\(classes.isEmpty ? "" : " class=\"\(classes)\"")>\(content)</\(name)>\n"
  }

  static func list(_ name: String, _ items: [String]) -> String {
    element(name, "", items.map { element("li", "", $0) }.joined())
  }

  static func table(_ columns: [String], _ rows: [(classes: String, cells: [String])]) -> String {
    let head = element("tr", "", columns.map { element("th", "", $0) }.joined())
    let body = rows.map { row in
      element("tr", row.classes, row.cells.map { element("td", "", $0) }.joined())
    }
    return element("div", "scroll", element("table", "", head + body.joined()))
  }

  static func picture(_ png: [UInt8]) -> String { "data:image/png;base64,\(Base64.encode(png))" }

  /// A part of a whole in percent, for positions.
  static func percent(_ part: Double) -> String { (100 * part).text(decimals: 2) + "%" }

  /// A relative path as an address (RFC 3986).
  static func address(_ path: String) -> String {
    var address = ""
    for byte in path.utf8 {
      let scalar = Unicode.Scalar(byte)
      if byte < 0x80, scalar.properties.isAlphabetic || "0123456789-._~/".unicodeScalars.contains(scalar) {
        address.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        address += "%" + (digits.utf8.count == 1 ? "0" + digits : digits)
      }
    }
    return address
  }
}
