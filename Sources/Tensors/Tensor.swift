internal import CKernels

/// A contiguous, row-major array in device memory, with a place for its gradient.
///
/// A tensor is a reference: the tape and the parameters know it by identity. A view (`rows`, `reshaped`) shares the memory
/// and the gradient of the tensor it was made from.
public final class Tensor {
  public let shape: [Int]
  public let dtype: DType

  let storage: Storage
  /// Where this tensor starts in its storage, in elements.
  private let offset: Int
  let gradient: GradientPlace

  /// A tensor of undefined content. One in tiles is a matrix and has no gradient.
  public init(_ shape: [Int], _ dtype: DType = .float32, on device: Device, needsGradient: Bool = false)
    throws
  {
    guard !dtype.isTiled || (shape.count == 2 && !needsGradient) else {
      throw TensorsError.shape(operation: "allocate", reason: "\(shape) in tiles, which hold frozen matrices")
    }
    self.shape = shape
    self.dtype = dtype
    offset = 0
    storage = try Storage(bytes: try Self.bytes(of: shape, dtype), on: device, for: "allocate")
    let count = shape.reduce(1, *)
    gradient = GradientPlace(
      whole: needsGradient ? Gradient(count: count, on: device) : nil, start: 0, count: count)
  }

  private init(view shape: [Int], of base: Tensor, offset: Int) {
    self.shape = shape
    self.offset = base.offset + offset
    dtype = base.dtype
    storage = base.storage
    gradient = GradientPlace(
      whole: base.gradient.whole, start: base.gradient.start + offset, count: shape.reduce(1, *))
  }

  public var device: Device { storage.device }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The first dimension.
  public var rowCount: Int { shape.first ?? 1 }

  /// Elements of one row: the product of all dimensions but the first.
  public var columnCount: Int { shape.dropFirst().reduce(1, *) }

  /// The same elements in another shape.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    guard shape.reduce(1, *) == count, !dtype.isTiled || shape == self.shape else {
      throw TensorsError.shape(
        operation: "reshaped", reason: "\(self.shape) has not as many elements as \(shape)")
    }
    return Tensor(view: shape, of: self, offset: 0)
  }

  /// Some rows in sequence.
  public func rows(_ range: Range<Int>) throws -> Tensor {
    guard range.lowerBound >= 0, range.upperBound <= rowCount, !shape.isEmpty, !dtype.isTiled else {
      throw TensorsError.shape(operation: "rows", reason: "rows \(range) of \(shape)")
    }
    return Tensor(view: [range.count] + shape.dropFirst(), of: self, offset: range.lowerBound * columnCount)
  }

  /// The bytes that the tensor takes in memory, scales and the fill of tiles among them.
  public var byteCount: Int { dtype.isTiled ? storage.bytes : count * dtype.size }

  static func bytes(of shape: [Int], _ dtype: DType) throws -> Int {
    guard dtype.isTiled, shape.count == 2 else { return try plainBytes(of: shape, size: dtype.size) }
    // Rounded up without an overflow: what is too large to be so has no memory either.
    let rows = shape[0] > Int.max - 31 ? shape[0] : (shape[0] + 31) / 32 * 32
    let elements = try plainBytes(of: [rows, shape[1]], size: dtype.size)
    guard dtype == .int8Tiles else { return elements }
    // A scale has 4 bytes and stands for up to 32 elements.
    let (bytes, overflow) = elements.addingReportingOverflow(
      try plainBytes(of: [rows, shape[1] / 32 + (shape[1] % 32 > 0 ? 1 : 0)], size: 4))
    guard !overflow else {
      throw TensorsError.shape(operation: "allocate", reason: "\(shape) is no shape that memory can hold")
    }
    return bytes
  }

  private static func plainBytes(of shape: [Int], size: Int) throws -> Int {
    var bytes = size
    for extent in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw TensorsError.shape(operation: "allocate", reason: "\(shape) is no shape that memory can hold")
      }
      bytes = product
    }
    return bytes
  }

  // MARK: Memory, for kernels

  var memory: UnsafeMutableRawPointer { storage.memory + offset * dtype.size }

  /// The elements; the caller has checked that they are float32.
  var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }

  var integers: UnsafeMutablePointer<Int32> { memory.assumingMemoryBound(to: Int32.self) }

  /// The tensor as a matrix of `rowCount` rows.
  var matrix: lb_matrix {
    lb_matrix(
      data: memory, dtype: dtype.code, rows: Int64(rowCount), columns: Int64(columnCount),
      stride: Int64(columnCount))
  }

  /// Memory that begins with this tensor's elements: its own, or a copy of what lies further inside another's.
  func leadingStorage() throws -> Storage {
    if offset == 0 { return storage }
    let copy = try Tensor(shape, dtype, on: device)
    try copy.copy(from: self)
    return copy.storage
  }

  // MARK: Gradient

  /// Whether gradients flow into this tensor.
  public var needsGradient: Bool { gradient.isWanted }

  /// The gradient that has arrived; nil when none has.
  var arrivedGradient: UnsafeMutablePointer<Float>? { gradient.arrived }

  /// The gradient as a matrix that kernels add to; its data is NULL when it is not wanted.
  func addedGradientMatrix() throws -> lb_matrix { matrix.at(try gradient.added()) }

  /// Forgets the gradient but keeps its memory for the next one: for parameters, between steps.
  public func clearGradient() { gradient.whole?.clear() }
}
