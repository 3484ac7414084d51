/// The characters a string of a grammar may hold, as an automaton over the bytes of its JSON form.
///
/// A state stands between two bytes: at the end of a character, inside one, or after a backslash. Only whole characters of
/// well-formed UTF-8 pass (Unicode Standard, table 3-7); quotes and backslashes must be escaped (RFC 8259, section 7).
public enum TextClass: UInt8, Hashable, Sendable, CaseIterable {
  /// One line: any character but controls, and no space at the start.
  case line
  /// One line of printable ASCII, and no space at the start.
  case plainLine

  /// The regular expression that says the same in a JSON Schema.
  public var pattern: String {
    switch self {
    case .line: "^[^\\u0000-\\u0020\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$"
    case .plainLine: "^[!-~][ -~]*$"
    }
  }

  static let boundary: Int32 = 0
  static let escape: Int32 = 1
  static let refused: Int32 = -1

  // States inside a character: how many continuation bytes are to come, and where the first of them may lie.
  private static let one: Int32 = 2
  private static let two: Int32 = 3
  private static let three: Int32 = 4
  private static let afterC2: Int32 = 5
  private static let afterE0: Int32 = 6
  private static let afterED: Int32 = 7
  private static let afterF0: Int32 = 8
  private static let afterF4: Int32 = 9

  /// The state after a byte; `refused` when the byte cannot come here. The quote that ends the string is not among the
  /// bytes of the text and is refused at a boundary.
  func next(_ state: Int32, _ byte: UInt8) -> Int32 {
    switch state {
    case Self.boundary:
      switch byte {
      case UInt8(ascii: "\""): Self.refused
      case UInt8(ascii: "\\"): Self.escape
      case 0x20...0x7E: Self.boundary
      case _ where self == .plainLine: Self.refused
      case 0xC2: Self.afterC2
      case 0xC3...0xDF: Self.one
      case 0xE0: Self.afterE0
      case 0xED: Self.afterED
      case 0xE1...0xEF: Self.two
      case 0xF0: Self.afterF0
      case 0xF1...0xF3: Self.three
      case 0xF4: Self.afterF4
      default: Self.refused
      }
    case Self.escape: byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? Self.boundary : Self.refused
    case Self.one: (0x80...0xBF).contains(byte) ? Self.boundary : Self.refused
    case Self.two: (0x80...0xBF).contains(byte) ? Self.one : Self.refused
    case Self.three: (0x80...0xBF).contains(byte) ? Self.two : Self.refused
    case Self.afterC2: (0xA0...0xBF).contains(byte) ? Self.boundary : Self.refused
    case Self.afterE0: (0xA0...0xBF).contains(byte) ? Self.one : Self.refused
    case Self.afterED: (0x80...0x9F).contains(byte) ? Self.one : Self.refused
    case Self.afterF0: (0x90...0xBF).contains(byte) ? Self.two : Self.refused
    case Self.afterF4: (0x80...0x8F).contains(byte) ? Self.two : Self.refused
    default: Self.refused
    }
  }

  /// The least byte that may follow inside a character or an escape, to finish it.
  static func leastByte(after state: Int32) -> UInt8 {
    switch state {
    case escape: UInt8(ascii: "\\")
    case afterC2, afterE0: 0xA0
    case afterF0: 0x90
    default: 0x80
    }
  }

  /// Whether the class admits every character of a text.
  public func admits(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first != " " else { return text.isEmpty }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0..<0x20, 0x7F...0x9F: false
      case 0x20..<0x7F: true
      default: self == .line
      }
    }
  }
}
