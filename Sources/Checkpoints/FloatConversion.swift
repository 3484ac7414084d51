internal import Glibc

/// Between stored floating-point numbers and 32-bit floats, exactly where widening, to nearest even where narrowing.
public enum FloatConversion {
  /// Widens all numbers in `bytes`; false when `type` is not a floating-point type. Needs no alignment of the source.
  static func expand(
    _ bytes: UnsafeRawBufferPointer, from type: StoredType, into destination: UnsafeMutablePointer<Float>
  ) -> Bool {
    guard let source = bytes.baseAddress else { return true }
    let count = bytes.count / type.size
    switch type {
    case .float32: memcpy(destination, source, bytes.count)
    case .float64:
      for index in 0..<count {
        destination[index] = Float(source.loadUnaligned(fromByteOffset: index &* 8, as: Double.self))
      }
    case .bfloat16:
      for index in 0..<count {
        let stored = source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
        destination[index] = Float(bitPattern: UInt32(stored) &<< 16)
      }
    case .float16:
      for index in 0..<count {
        destination[index] = float(half: source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
      }
    case .float8e4m3: expand(source, count, through: e4m3Values, into: destination)
    case .float8e5m2: expand(source, count, through: e5m2Values, into: destination)
    case .float8e8m0: expand(source, count, through: e8m0Values, into: destination)
    default: return false
    }
    return true
  }

  private static func expand(
    _ source: UnsafeRawPointer, _ count: Int, through table: [Float],
    into destination: UnsafeMutablePointer<Float>
  ) {
    table.withUnsafeBufferPointer { values in
      for index in 0..<count {
        destination[index] = values[Int(source.load(fromByteOffset: index, as: UInt8.self))]
      }
    }
  }

  /// IEEE 754 binary16 to binary32. The exponent is rebased by a multiplication, which also makes subnormals right and,
  /// unlike a branch on them, vectorises.
  static func float(half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) &<< 13
    let scaled = Float(bitPattern: magnitude) * 0x1p112
    // Infinity and NaN keep the highest exponent.
    let special: UInt32 = magnitude >= 0x0F80_0000 ? 0x7F80_0000 : 0
    return Float(bitPattern: scaled.bitPattern | special | UInt32(half & 0x8000) &<< 16)
  }

  /// Binary32 to bfloat16.
  public static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }

  /// Binary32 to IEEE 754 binary16; too large becomes infinity.
  public static func float16(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    if value.isNaN { return sign | 0x7E00 }
    // 65520 is halfway between the largest half, 65504, and what would be the next.
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      // Subnormal: adding 0.5 lets the addition itself round at the last place that a half has.
      return sign | UInt16(truncatingIfNeeded: (magnitude + 0.5).bitPattern &- Float(0.5).bitPattern)
    }
    let bits = magnitude.bitPattern &- (112 << 23)
    return sign | UInt16(truncatingIfNeeded: (bits &+ 0xFFF &+ ((bits >> 13) & 1)) >> 13)
  }

  private static let e4m3Values: [Float] = (0..<256).map(float(e4m3:))

  private static func float(e4m3 code: Int) -> Float {
    let exponent = (code >> 3) & 15
    let mantissa = code & 7
    if exponent == 15, mantissa == 7 { return .nan }
    let significand = Float(exponent == 0 ? mantissa : 8 + mantissa)
    let magnitude = Float(sign: .plus, exponent: max(1, exponent) - 10, significand: significand)
    return code & 0x80 == 0 ? magnitude : -magnitude
  }

  private static let e8m0Values: [Float] = (0..<256).map { code in
    code == 255 ? .nan : Float(sign: .plus, exponent: code - 127, significand: 1)
  }

  private static let e5m2Values: [Float] = (0..<256).map { code in float(half: UInt16(code) << 8) }
}
