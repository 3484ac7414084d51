/// The Castagnoli cyclic redundancy check (RFC 3720, appendix B.4), and its mask of TFRecord files.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// Rotated and shifted, so that a checksum of data that holds checksums stays a good one.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
