internal import CKernels

/// How the elements of a tensor are stored.
public enum DType: Sendable {
  case float32
  case bfloat16
  case int32
  case uint8

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16: 2
    case .uint8: 1
    }
  }

  var code: lb_dtype {
    switch self {
    case .float32: LB_FLOAT32
    case .bfloat16: LB_BFLOAT16
    case .int32: LB_INT32
    case .uint8: LB_UINT8
    }
  }
}
