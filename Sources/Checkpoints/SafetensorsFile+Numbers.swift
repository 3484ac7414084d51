internal import Glibc

extension SafetensorsFile {
  /// A tensor's numbers as 32-bit floats, row-major. Reads F32, F16, BF16, F64 (rounded) and F8 (without any scale kept
  /// in another tensor).
  public func floats(of name: String) throws -> [Float] {
    let entry = try entry(of: name)
    return try [Float](unsafeUninitializedCapacity: entry.elementCount) { buffer, count in
      if let start = buffer.baseAddress { try copyFloats(of: name, into: start) }
      count = entry.elementCount
    }
  }

  /// Writes a tensor's numbers to memory with room for its `elementCount` floats.
  public func copyFloats(of name: String, into destination: UnsafeMutablePointer<Float>) throws {
    let type = try entry(of: name).type
    let bytes = try bytes(of: name)
    guard FloatConversion.expand(bytes, from: type, into: destination) else {
      throw CheckpointsError.wrongType(tensor: name, stored: type, wanted: "floating-point numbers")
    }
  }

  /// A tensor's numbers as integers, row-major. Reads BOOL and the signed and unsigned integers; a U64 must fit 63 bits.
  public func integers(of name: String) throws -> [Int] {
    let entry = try entry(of: name)
    let bytes = try bytes(of: name)

    func read<Stored: FixedWidthInteger>(_: Stored.Type) throws -> [Int] {
      try (0..<entry.elementCount).map { index in
        let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
        guard let value = Int(exactly: Stored(littleEndian: stored)) else {
          throw CheckpointsError.malformedTensor(path: path, tensor: name, reason: "a number exceeds 63 bits")
        }
        return value
      }
    }

    switch entry.type {
    case .boolean, .uint8: return try read(UInt8.self)
    case .int8: return try read(Int8.self)
    case .uint16: return try read(UInt16.self)
    case .int16: return try read(Int16.self)
    case .uint32: return try read(UInt32.self)
    case .int32: return try read(Int32.self)
    case .uint64: return try read(UInt64.self)
    case .int64: return try read(Int64.self)
    case .float8e4m3, .float8e5m2, .float8e8m0, .float16, .bfloat16, .float32, .float64:
      throw CheckpointsError.wrongType(tensor: name, stored: entry.type, wanted: "integers")
    }
  }
}
