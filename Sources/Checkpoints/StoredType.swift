/// How the numbers of a tensor are stored in a safetensors file; narrow types first.
public enum StoredType: String, CaseIterable, Sendable {
  case boolean = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8e5m2 = "F8_E5M2"
  /// Eight bits: sign, 4 of exponent, 3 of mantissa, no infinities (OCP OFP8; `float8_e4m3fn` elsewhere).
  case float8e4m3 = "F8_E4M3"
  /// Eight bits of exponent alone: a power of two (OCP MX); scales are stored so.
  case float8e8m0 = "F8_E8M0"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// Bytes for one number.
  public var size: Int {
    switch self {
    case .boolean, .uint8, .int8, .float8e4m3, .float8e5m2, .float8e8m0: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Whether numbers of this type need scales of their own.
  var isFloat8: Bool { self == .float8e4m3 || self == .float8e5m2 }

  /// Its place in a file: the reference library puts types in this order, last first.
  var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Bytes for a tensor of this shape; nil when a dimension is negative or the product exceeds 64 bits.
  public func byteCount(shape: [Int]) -> Int? {
    var total = size
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
      // A zero further on does not excuse an overflow here: readers elsewhere multiply in this order too.
      if overflow { return nil }
      total = product
    }
    return total
  }
}
