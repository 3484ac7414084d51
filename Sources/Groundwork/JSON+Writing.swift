extension JSON {
  /// The value as JSON text: on one line, or indented by two spaces a level.
  public func text(pretty: Bool = false) -> String {
    var output = ""
    write(to: &output, indent: pretty ? 0 : nil)
    return output
  }

  /// Appends the value; numbers in the shortest form that reads back the same.
  private func write(to output: inout String, indent: Int?) {
    switch self {
    case .null: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &output)
    case .array(let elements):
      Self.write(elements, between: "[", and: "]", indent: indent, to: &output) { element, output, indent in
        element.write(to: &output, indent: indent)
      }
    case .object(let object):
      Self.write(object.members, between: "{", and: "}", indent: indent, to: &output) {
        member, output, indent in
        Self.write(member.key, to: &output)
        output += indent == nil ? ":" : ": "
        member.value.write(to: &output, indent: indent)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between open: Character, and close: Character, indent: Int?,
    to output: inout String,
    each: (Element, inout String, Int?) -> Void
  ) {
    output.append(open)
    let inner = indent.map { $0 + 2 }
    for (position, element) in elements.enumerated() {
      if position > 0 { output += "," }
      if let inner { output += "\n" + String(repeating: " ", count: inner) }
      each(element, &output, inner)
    }
    if let indent, !elements.isEmpty { output += "\n" + String(repeating: " ", count: indent) }
    output.append(close)
  }

  private static func write(_ string: String, to output: inout String) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
