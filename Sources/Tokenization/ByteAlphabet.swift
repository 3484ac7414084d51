/// The letters by which byte-level tokenizers write bytes: printable Latin-1 stands for itself, and the other 68 bytes
/// are U+0100 and on, in order (Radford et al. 2019, `bytes_to_unicode` of GPT-2).
enum ByteAlphabet {
  /// The letter of each byte, in UTF-8.
  static let letters: [[UInt8]] = scalars.map { Array(UTF8.encode($0) ?? .init()) }

  /// The letter of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
      }
    }
  }()

  /// The byte of each letter below U+0144; -1 where the scalar is no letter.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// What a token's text stands for: the bytes its letters name, or, when any of it is no letter, its own UTF-8.
  static func bytes(ofToken text: some Collection<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var iterator = text.makeIterator()
    while let first = iterator.next() {
      var value = Int(first)
      if first >= 0x80 {
        // Letters need two bytes of UTF-8 at most.
        guard first & 0xE0 == 0xC0, let second = iterator.next() else { return Array(text) }
        value = Int(first & 0x1F) << 6 | Int(second & 0x3F)
      }
      guard value < bytes.count, bytes[value] >= 0 else { return Array(text) }
      result.append(UInt8(truncatingIfNeeded: bytes[value]))
    }
    return result
  }

  /// Bytes written in letters, as UTF-8.
  static func spell(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes { text.append(contentsOf: letters[Int(byte)]) }
    return text
  }
}
