import Checkpoints

/// How the numbers of a tensor are stored in a GGUF file.
public enum GGUFNumbers: String, Sendable, CaseIterable {
  case float32 = "f32"
  case float16 = "f16"
  /// Blocks of 32 along a row: a float16 scale, and 32 bytes with sign.
  case q8 = "q8_0"

  static let blockSize = 32

  /// ggml's number of the type.
  var code: UInt32 {
    switch self {
    case .float32: 0
    case .float16: 1
    case .q8: 8
    }
  }

  /// `general.file_type` of a file whose matrices are mostly of this type.
  var fileType: UInt32 { self == .q8 ? 7 : code }

  /// What a tensor of this shape is stored as: vectors stay whole, and rows that are no whole blocks become float16.
  func fitting(_ shape: [Int]) -> GGUFNumbers {
    if shape.count < 2 { return .float32 }
    return self == .q8 && (shape.last ?? 0) % Self.blockSize != 0 ? .float16 : self
  }

  /// Bytes for so many numbers, which are whole blocks; nil beyond 64 bits.
  func byteCount(_ count: Int) -> Int? {
    let (unit, bytes) = self == .q8 ? (Self.blockSize, 34) : (1, self == .float16 ? 2 : 4)
    let (product, overflow) = (count / unit).multipliedReportingOverflow(by: bytes)
    return overflow ? nil : product
  }

  func encode(_ values: ArraySlice<Float>) -> [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .float32:
      bytes.reserveCapacity(values.count * 4)
      for value in values { bytes.append(value: value.bitPattern) }
    case .float16:
      bytes.reserveCapacity(values.count * 2)
      for value in values { bytes.append(value: FloatConversion.float16(value)) }
    case .q8:
      bytes.reserveCapacity(values.count / Self.blockSize * 34)
      for start in stride(from: values.startIndex, to: values.endIndex, by: Self.blockSize) {
        let block = values[start..<min(start + Self.blockSize, values.endIndex)]
        let scale = block.reduce(Float(0)) { max($0, $1.magnitude) } / 127
        let inverse = scale > 0 ? 1 / scale : 0
        bytes.append(value: FloatConversion.float16(scale))
        for value in block {
          let scaled = (value * inverse).rounded(.toNearestOrAwayFromZero)
          bytes.append(UInt8(bitPattern: Int8(max(-127, min(127, scaled.isNaN ? 0 : scaled)))))
        }
      }
    }
    return bytes
  }
}
