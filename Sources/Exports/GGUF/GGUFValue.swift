/// A value of a GGUF file's metadata (the specification "GGUF" of the ggml project, version 3).
public enum GGUFValue: Equatable, Sendable {
  case uint32(UInt32)
  case float32(Float)
  case boolean(Bool)
  case string(String)
  case strings([String])
  case integers([Int32])

  /// Type number and content, little-endian.
  func append(to bytes: inout [UInt8]) {
    switch self {
    case .uint32(let value): bytes.append(value: UInt32(4), value)
    case .float32(let value): bytes.append(value: UInt32(6), value.bitPattern)
    case .boolean(let value):
      bytes.append(value: UInt32(7))
      bytes.append(value ? 1 : 0)
    case .string(let value):
      bytes.append(value: UInt32(8))
      bytes.append(text: value)
    case .strings(let values):
      bytes.append(value: UInt32(9), 8)
      bytes.append(value: UInt64(values.count))
      for value in values { bytes.append(text: value) }
    case .integers(let values):
      bytes.append(value: UInt32(9), 5)
      bytes.append(value: UInt64(values.count))
      for value in values { bytes.append(value: value) }
    }
  }
}

extension [UInt8] {
  mutating func append<Value: FixedWidthInteger>(value values: Value...) {
    for value in values { Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) } }
  }

  /// The length in bytes, then the text.
  mutating func append(text: String) {
    append(value: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }
}
