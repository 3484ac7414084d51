/// A tensor to be written: what it is called and what it is, and its bytes when they are asked for.
public struct TensorSource {
  public let name: String
  public let type: StoredType
  public let shape: [Int]
  /// Gives all bytes in order, in as many parts as suit it: little-endian, row-major.
  let provide: (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// `provide` is called once, when it is this tensor's turn, so that no more than one need be in memory.
  public init(
    _ name: String, _ type: StoredType, shape: [Int],
    provide: @escaping (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.provide = provide
  }

  /// Floats, stored as they are or rounded to BF16 or F16.
  public init(_ name: String, floats: [Float], shape: [Int], as type: StoredType = .float32) {
    self.init(name, type, shape: shape) { write in
      switch type {
      case .float32: try floats.withUnsafeBytes(write)
      case .bfloat16: try Self.narrow(floats, FloatConversion.bfloat16, write)
      case .float16: try Self.narrow(floats, FloatConversion.float16, write)
      default:
        throw CheckpointsError.unwritableTensor(
          tensor: name, reason: "floats are not stored as \(type.rawValue) here")
      }
    }
  }

  public init(_ name: String, integers: [Int64], shape: [Int]) {
    self.init(name, .int64, shape: shape) { write in try integers.withUnsafeBytes(write) }
  }

  /// The same under another name.
  public func renamed(_ name: String) -> TensorSource {
    TensorSource(name, type, shape: shape, provide: provide)
  }

  var byteCount: Int? { type.byteCount(shape: shape) }

  /// Rounds a stretch at a time, so that a large tensor is not held twice.
  private static func narrow(
    _ floats: [Float], _ round: (Float) -> UInt16, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let stretch = 1 << 20
    for start in stride(from: 0, to: floats.count, by: stretch) {
      try floats[start..<min(start + stretch, floats.count)].map(round).withUnsafeBytes(write)
    }
  }
}
