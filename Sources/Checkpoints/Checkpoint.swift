public import Groundwork

/// A model directory in Hugging Face's layout: `config.json`, and weights in `model.safetensors` or in shards that
/// `model.safetensors.index.json` lists.
public final class Checkpoint: Sendable {
  public let directory: String
  /// `config.json`.
  public let config: JSON
  /// The file that holds each tensor.
  private let files: [String: SafetensorsFile]
  private let scales: BlockScales

  public init(_ directory: String) throws {
    self.directory = directory
    let configPath = Path.join(directory, "config.json")
    config = try Self.json(configPath)
    guard config.object != nil else {
      throw CheckpointsError.malformedFile(path: configPath, reason: "it is \(config.kind), not an object")
    }
    scales = try BlockScales(config, path: configPath)
    files = try Self.openFiles(directory)
    // Scales belong to the matrices that they scale.
    let paired = files.compactMap { name, file in
      file.entries[name]?.type.isFloat8 == true ? BlockScales.name(for: name) : nil
    }
    names = Set(files.keys).subtracting(paired).sorted()
  }

  /// The names of all tensors, in ascending order; the scales of float8 matrices are left out.
  public let names: [String]

  public func contains(_ tensor: String) -> Bool { files[tensor] != nil }

  public func entry(of tensor: String) throws -> TensorEntry { try file(of: tensor).entry(of: tensor) }

  /// The stored bytes, row-major, perhaps unaligned; valid as long as this checkpoint lives.
  public func bytes(of tensor: String) throws -> UnsafeRawBufferPointer {
    try file(of: tensor).bytes(of: tensor)
  }

  /// The numbers as 32-bit floats; a float8 matrix comes multiplied with its scales.
  public func floats(of tensor: String) throws -> [Float] {
    let count = try entry(of: tensor).elementCount
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let start = buffer.baseAddress { try copyFloats(of: tensor, into: start) }
      initialized = count
    }
  }

  /// Writes the numbers to memory with room for the tensor's `elementCount` floats.
  public func copyFloats(of tensor: String, into destination: UnsafeMutablePointer<Float>) throws {
    let file = try file(of: tensor)
    let entry = try file.entry(of: tensor)
    guard entry.type.isFloat8, let wanted = scales.shape(for: entry.shape) else {
      return try file.copyFloats(of: tensor, into: destination)
    }
    let name = BlockScales.name(for: tensor)
    guard let place = files[name] else {
      throw CheckpointsError.malformedTensor(
        path: directory, tensor: tensor,
        reason: "it is stored as \(entry.type.rawValue), but its scales \(name) are missing")
    }
    let found = try place.entry(of: name).shape
    guard found == wanted else {
      throw CheckpointsError.malformedTensor(
        path: directory, tensor: name, reason: "its shape is \(found), but must be \(wanted), a scale a block"
      )
    }
    let numbers = try place.floats(of: name)
    try file.copyFloats(of: tensor, into: destination)
    scales.apply(numbers, to: destination, shape: entry.shape)
  }

  public func integers(of tensor: String) throws -> [Int] { try file(of: tensor).integers(of: tensor) }

  /// Another JSON file of the directory, such as `preprocessor_config.json`; nil when it is not there.
  public func json(_ name: String) throws -> JSON? {
    let path = Path.join(directory, name)
    return File.kind(of: path) == nil ? nil : try Self.json(path)
  }

  private func file(of tensor: String) throws -> SafetensorsFile {
    guard let file = files[tensor] else {
      throw CheckpointsError.missingTensor(
        path: directory, tensor: tensor, nearest: nearest(to: tensor, among: files.keys.sorted()))
    }
    return file
  }

  private static func json(_ path: String) throws -> JSON {
    let bytes = try File.read(path)
    do {
      return try JSON(parsing: bytes)
    } catch {
      throw CheckpointsError.malformedFile(path: path, reason: error.sentence)
    }
  }

  private static func openFiles(_ directory: String) throws -> [String: SafetensorsFile] {
    let single = Path.join(directory, "model.safetensors")
    if File.kind(of: single) == .regular {
      let file = try SafetensorsFile(single)
      return file.entries.mapValues { _ in file }
    }
    let index = Path.join(directory, "model.safetensors.index.json")
    if File.kind(of: index) == .regular { return try openShards(directory, index) }
    let names = try File.list(directory)
    if let pickle = names.first(where: { $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }) {
      throw CheckpointsError.pickledWeights(directory: directory, file: pickle)
    }
    throw CheckpointsError.noWeights(directory: directory)
  }

  private static func openShards(_ directory: String, _ index: String) throws -> [String: SafetensorsFile] {
    func wrong(_ reason: String) -> CheckpointsError { .malformedFile(path: index, reason: reason) }
    guard let map = try json(index)["weight_map"]?.object else { throw wrong("it has no object weight_map") }
    var shards: [String: SafetensorsFile] = [:]
    var files: [String: SafetensorsFile] = [:]
    for (tensor, value) in map {
      guard let name = value.string, name.hasSuffix(".safetensors"), !name.contains("/") else {
        throw wrong("it puts the tensor \(tensor) in something that is no .safetensors file beside it")
      }
      if shards[name] == nil {
        let path = Path.join(directory, name)
        guard File.kind(of: path) == .regular else {
          throw CheckpointsError.missingShard(directory: directory, shard: name)
        }
        shards[name] = try SafetensorsFile(path)
      }
      guard let shard = shards[name], shard.entries[tensor] != nil else {
        throw wrong("it puts the tensor \(tensor) in \(name), which does not have it")
      }
      files[tensor] = shard
    }
    for (name, shard) in shards.sorted(by: { $0.key < $1.key }) {
      for tensor in shard.names where files[tensor] == nil {
        throw wrong("it does not list the tensor \(tensor) of \(name)")
      }
    }
    return files
  }
}
