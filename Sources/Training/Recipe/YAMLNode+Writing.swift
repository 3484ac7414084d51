internal import Groundwork

extension YAMLNode {
  /// Block style, two spaces a level; a list of scalars on one line. What is written reads back the same, in YAML 1.1
  /// readers too.
  public var text: String {
    var output = ""
    write(to: &output, indent: 0)
    return output
  }

  private func write(to output: inout String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    switch content {
    case .scalar: output += margin + inline + "\n"
    case .sequence: output += margin + inline + "\n"
    case .mapping(let members):
      for member in members {
        output += margin + Self.quotedIfNeeded(member.key) + ":"
        if case .mapping(let inner) = member.value.content, !inner.isEmpty {
          output += "\n"
          member.value.write(to: &output, indent: indent + 2)
        } else {
          output += " " + member.value.inline + "\n"
        }
      }
    }
  }

  /// The value on one line.
  public var inline: String {
    switch content {
    case .scalar(let text, isPlain: true): return text.isEmpty ? "null" : text
    case .scalar(let text, isPlain: false): return Self.quotedIfNeeded(text)
    case .sequence(let elements): return "[" + elements.map(\.inline).joined(separator: ", ") + "]"
    case .mapping(let members):
      let texts = members.map { Self.quotedIfNeeded($0.key) + ": " + $0.value.inline }
      return "{" + texts.joined(separator: ", ") + "}"
    }
  }

  /// JSON's quoted strings are YAML's, too; only plain words go without.
  private static func quotedIfNeeded(_ text: String) -> String {
    let isWord =
      text.utf8.first.map { isLetter($0) || $0 == UInt8(ascii: "/") } ?? false
      && text.utf8.allSatisfy { isLetter($0) || "/._-0123456789".utf8.contains($0) }
    // YAML 1.1 has more words for true, false and null.
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return isWord && !reserved.contains(text.lowercased()) ? text : JSON.string(text).text()
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
