/// Where named tensors are read from: one safetensors file, or a checkpoint of several.
public protocol TensorReading {
  /// The file or directory, for errors.
  var path: String { get }
  var names: [String] { get }
  func entry(of name: String) throws -> TensorEntry
  /// Writes a tensor's numbers as float32 to memory with room for its `elementCount`.
  func copyFloats(of name: String, into destination: UnsafeMutablePointer<Float>) throws
}

extension SafetensorsFile: TensorReading {}

extension Checkpoint: TensorReading {
  public var path: String { directory }
}
