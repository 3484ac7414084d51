import Groundwork

/// A tensor of a GGUF file; its numbers are asked for when it is written.
public struct GGUFTensor {
  public let name: String
  /// The slowest dimension first, as everywhere here; the file has them the other way round.
  public let shape: [Int]
  public let numbers: GGUFNumbers
  let values: () throws -> [Float]

  public init(_ name: String, shape: [Int], as numbers: GGUFNumbers, values: @escaping () throws -> [Float]) {
    self.name = name
    self.shape = shape
    self.numbers = numbers.fitting(shape)
    self.values = values
  }

  var count: Int { shape.reduce(1, *) }
}

/// Writes GGUF files, version 3.
public enum GGUFWriter {
  private static let alignment = 32

  public static func write(
    _ metadata: [(key: String, value: GGUFValue)], _ tensors: [GGUFTensor], to path: String
  ) throws {
    var header = Array("GGUF".utf8)
    header.append(value: UInt32(3))
    header.append(value: UInt64(tensors.count), UInt64(metadata.count))
    for (key, value) in metadata {
      header.append(text: key)
      value.append(to: &header)
    }
    var offset = 0
    for tensor in tensors {
      guard let size = tensor.numbers.byteCount(tensor.count) else {
        throw ExportsError.unwritable(name: tensor.name, reason: "its shape \(tensor.shape) is too large")
      }
      header.append(text: tensor.name)
      header.append(value: UInt32(tensor.shape.count))
      for dimension in tensor.shape.reversed() { header.append(value: UInt64(dimension)) }
      header.append(value: tensor.numbers.code)
      header.append(value: UInt64(offset))
      let (end, overflow) = offset.addingReportingOverflow(size + padding(after: size))
      guard !overflow else {
        throw ExportsError.unwritable(name: tensor.name, reason: "the file would be too large")
      }
      offset = end
    }
    header.append(contentsOf: repeatElement(0, count: padding(after: header.count)))
    let writer = try FileWriter(creating: path)
    try writer.write(header)
    for tensor in tensors { try write(tensor, to: writer) }
    try writer.finish()
  }

  /// A stretch at a time, so that a large tensor is not held twice.
  private static func write(_ tensor: GGUFTensor, to writer: FileWriter) throws {
    let values = try tensor.values()
    guard values.count == tensor.count else {
      throw ExportsError.unwritable(
        name: tensor.name, reason: "it has \(values.count) numbers, not \(tensor.count)")
    }
    let stretch = 1 << 20
    for start in stride(from: 0, to: values.count, by: stretch) {
      try writer.write(tensor.numbers.encode(values[start..<min(start + stretch, values.count)]))
    }
    let size = tensor.numbers.byteCount(tensor.count) ?? 0
    try writer.write([UInt8](repeating: 0, count: padding(after: size)))
  }

  private static func padding(after count: Int) -> Int { (alignment - count % alignment) % alignment }
}
