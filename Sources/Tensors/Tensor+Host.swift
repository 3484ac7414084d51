internal import CKernels

/// Between device and host memory.
extension Tensor {
  /// A float32 tensor of given values.
  public convenience init(
    _ values: [Float], _ shape: [Int], on device: Device, needsGradient: Bool = false
  ) throws {
    try self.init(shape, on: device, needsGradient: needsGradient)
    try write(values)
  }

  /// An int32 tensor of given values, one row each.
  public convenience init(indices: [Int32], on device: Device) throws {
    try self.init([indices.count], .int32, on: device)
    try indices.withUnsafeBytes { try write($0) }
  }

  /// A uint8 tensor of given values.
  public convenience init(bytes: [UInt8], on device: Device) throws {
    try self.init([bytes.count], .uint8, on: device)
    try bytes.withUnsafeBytes { try write($0) }
  }

  public static func zeros(_ shape: [Int], on device: Device, needsGradient: Bool = false) throws -> Tensor {
    let tensor = try Tensor(shape, on: device, needsGradient: needsGradient)
    try tensor.fillWithZeros()
    return tensor
  }

  public func fillWithZeros() throws {
    try device.run("fill_zero") { $0.fill_zero?($1, memory, byteCount) }
  }

  public func fill(_ value: Float) throws {
    try requireFloats("fill")
    try device.run("fill") { $0.fill?($1, floats, Int64(count), value) }
  }

  /// Overwrites a float32 tensor.
  public func write(_ values: [Float]) throws {
    try requireFloats("write")
    try values.withUnsafeBytes { try write($0) }
  }

  /// Overwrites the tensor with bytes in its own storage type.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count == byteCount else {
      throw TensorsError.shape(operation: "write", reason: "\(bytes.count) bytes for \(shape) of \(dtype)")
    }
    try device.run("copy_to_device") { $0.copy_to_device?($1, memory, bytes.baseAddress, bytes.count) }
  }

  /// Overwrites the tensor with as many elements of the same type.
  public func copy(from source: Tensor) throws {
    guard source.count == count, source.dtype == dtype else {
      throw TensorsError.shape(
        operation: "copy", reason: "\(source.shape) of \(source.dtype) to \(shape) of \(dtype)")
    }
    try device.run("copy") { $0.copy?($1, memory, source.memory, byteCount) }
  }

  /// The values of a float32 or bfloat16 tensor, or of one in tiles.
  public func values() throws -> [Float] {
    guard dtype != .bfloat16, !dtype.isTiled else { return try converted(to: .float32).values() }
    try requireFloats("values")
    return try Self.hostFloats(floats, count: count, on: device)
  }

  /// The values of an int32 tensor.
  public func integerValues() throws -> [Int32] {
    guard dtype == .int32 else {
      throw TensorsError.shape(operation: "integerValues", reason: "the tensor holds \(dtype)")
    }
    var result = [Int32](repeating: 0, count: count)
    let bytes = count * dtype.size
    try result.withUnsafeMutableBytes { host in
      try device.run("copy_to_host") { $0.copy_to_host?($1, host.baseAddress, memory, bytes) }
    }
    try device.synchronize()
    return result
  }

  /// The bytes as they are stored.
  public func rawBytes() throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: byteCount)
    try result.withUnsafeMutableBytes { host in
      try device.run("copy_to_host") { $0.copy_to_host?($1, host.baseAddress, memory, host.count) }
    }
    try device.synchronize()
    return result
  }

  /// The gradient that has arrived, or nil.
  public func gradientValues() throws -> [Float]? {
    guard let gradient = arrivedGradient else { return nil }
    return try Self.hostFloats(gradient, count: count, on: device)
  }

  /// A copy in another floating storage type.
  public func converted(to dtype: DType) throws -> Tensor {
    let result = try Tensor(shape, dtype, on: device)
    try result.convert(from: self)
    return result
  }

  /// Overwrites the tensor with another's elements, rounded to this one's storage type. Not from tiles to tiles.
  public func convert(from source: Tensor) throws {
    guard source.shape == shape else {
      throw TensorsError.shape(operation: "convert", reason: "\(source.shape) to \(shape)")
    }
    try device.run("copy_matrix") { $0.copy_matrix?($1, source.matrix, matrix) }
  }

  func requireFloats(_ operation: String) throws {
    guard dtype == .float32 else {
      throw TensorsError.shape(
        operation: operation, reason: "float32 is needed, but the tensor holds \(dtype)")
    }
  }

  private static func hostFloats(
    _ memory: UnsafeMutablePointer<Float>, count: Int, on device: Device
  ) throws -> [Float] {
    let result = try [Float](unsafeUninitializedCapacity: count) { host, initialized in
      let bytes = count * MemoryLayout<Float>.size
      try device.run("copy_to_host") { $0.copy_to_host?($1, host.baseAddress, memory, bytes) }
      try device.synchronize()
      initialized = count
    }
    return result
  }
}
