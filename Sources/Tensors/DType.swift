internal import CKernels

/// How the elements of a tensor are stored.
public enum DType: Sendable {
  case float32
  case bfloat16
  case int32
  case uint8
  /// Weights as decoding reads them fastest, 32 rows together; for products and gathers only. See `lb_matrix` in
  /// kernels.h.
  case bfloat16Tiles
  /// The same with whole numbers of 8 bits, and a float32 scale for every 32 elements of a row.
  case int8Tiles

  /// Whether elements lie in tiles rather than in rows.
  public var isTiled: Bool { self == .bfloat16Tiles || self == .int8Tiles }

  /// Bytes of one element, without the scales.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16, .bfloat16Tiles: 2
    case .uint8, .int8Tiles: 1
    }
  }

  var code: lb_dtype {
    switch self {
    case .float32: LB_FLOAT32
    case .bfloat16: LB_BFLOAT16
    case .int32: LB_INT32
    case .uint8: LB_UINT8
    case .bfloat16Tiles: LB_BFLOAT16_TILES
    case .int8Tiles: LB_INT8_TILES
    }
  }
}
