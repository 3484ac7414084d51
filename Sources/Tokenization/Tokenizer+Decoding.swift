extension Tokenizer {
  /// The text of some ids. Ids outside the vocabulary stand for nothing; bytes that are no UTF-8 become U+FFFD.
  public func decode(_ ids: [Int], skipSpecial: Bool = true) -> String {
    String(decoding: bytes(of: ids, skipSpecial: skipSpecial), as: UTF8.self)
  }

  func bytes(of ids: [Int], skipSpecial: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids where !(skipSpecial && isSpecial(id)) { bytes.append(contentsOf: self.bytes(of: id)) }
    return bytes
  }
}

/// Turns tokens into text as they come, never cutting a character: the strings given, joined, are what `decode` gives.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecial: Bool
  private var pending: [UInt8] = []

  public init(_ tokenizer: Tokenizer, skipSpecial: Bool = true) {
    self.tokenizer = tokenizer
    self.skipSpecial = skipSpecial
  }

  /// The text that is complete once this token has come; often empty while a character is unfinished.
  public mutating func append(_ token: Int) -> String {
    pending += tokenizer.bytes(of: [token], skipSpecial: skipSpecial)
    let complete = pending.count - Self.unfinishedCount(pending)
    defer { pending.removeFirst(complete) }
    return String(decoding: pending[..<complete], as: UTF8.self)
  }

  /// What is left when no more tokens come: a character that was never finished shows as U+FFFD.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end could begin a character whose rest has not come (the Unicode Standard, table 3-7).
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let lead = bytes[bytes.count - count]
      if lead & 0xC0 == 0x80 { continue }
      let wanted: Int
      switch lead {
      case 0xC2...0xDF: wanted = 2
      case 0xE0...0xEF: wanted = 3
      case 0xF0...0xF4: wanted = 4
      default: return 0
      }
      if count >= wanted { return 0 }
      guard count > 1 else { return 1 }
      let second = bytes[bytes.count - count + 1]
      let allowed: ClosedRange<UInt8> =
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
      return allowed.contains(second) ? count : 0
    }
    return 0
  }
}
