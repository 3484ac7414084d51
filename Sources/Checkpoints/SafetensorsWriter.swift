internal import Groundwork

/// Writes safetensors files, one or several. The same tensors always give the same bytes.
public enum SafetensorsWriter {
  /// What transformers wants to see before it loads a file.
  public static let usualMetadata = ["format": "pt"]

  /// Writes one file and syncs it. Tensors are laid out as the reference library does: widest numbers first, then by name,
  /// so that all are aligned.
  public static func write(
    _ tensors: [TensorSource], to path: String, metadata: [String: String] = usualMetadata
  ) throws {
    let ordered = tensors.sorted { ($1.type.order, $0.name) < ($0.type.order, $1.name) }
    var header = JSONObject()
    header["__metadata__"] = .object(
      JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    var offset = 0
    for tensor in ordered {
      guard header[tensor.name] == nil else {
        throw CheckpointsError.unwritableTensor(tensor: tensor.name, reason: "there are two of that name")
      }
      let (end, overflow) = offset.addingReportingOverflow(try byteCount(of: tensor))
      guard !overflow else {
        throw CheckpointsError.unwritableTensor(tensor: tensor.name, reason: "the file would be too large")
      }
      header[tensor.name] = [
        "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      offset = end
    }
    var text = Array(JSON.object(header).text().utf8)
    // Spaces after the header align the data to the widest number.
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))

    let writer = try FileWriter(creating: path)
    try withUnsafeBytes(of: UInt64(text.count).littleEndian) { try writer.write($0) }
    try writer.write(text)
    for tensor in ordered {
      var rest = try byteCount(of: tensor)
      try tensor.provide { bytes in
        rest -= bytes.count
        guard rest >= 0 else { return }
        try writer.write(bytes)
      }
      guard rest == 0 else {
        throw CheckpointsError.unwritableTensor(
          tensor: tensor.name,
          reason: "it gave \(abs(rest)) bytes too \(rest > 0 ? "few" : "many") for its shape")
      }
    }
    try writer.finish()
  }

  /// Writes `model.safetensors` to a directory, or, when that would exceed `shardLimit` bytes, shards with an index, named
  /// and filled as Hugging Face does: in the order given, each shard as full as the limit allows.
  public static func write(
    _ tensors: [TensorSource], toDirectory directory: String, shardLimit: Int = 5_000_000_000,
    metadata: [String: String] = usualMetadata
  ) throws {
    var shards: [[TensorSource]] = [[]]
    var filled = 0
    var total = 0
    for tensor in tensors {
      let size = try byteCount(of: tensor)
      if filled > 0, filled + size > shardLimit {
        shards.append([])
        filled = 0
      }
      shards[shards.count - 1].append(tensor)
      filled += size
      total += size
    }
    if shards.count == 1 {
      try write(tensors, to: Path.join(directory, "model.safetensors"), metadata: metadata)
      return
    }
    var files: [String: String] = [:]
    for (index, shard) in shards.enumerated() {
      let name = "model-\(fiveDigits(index + 1))-of-\(fiveDigits(shards.count)).safetensors"
      for tensor in shard {
        guard files.updateValue(name, forKey: tensor.name) == nil else {
          throw CheckpointsError.unwritableTensor(tensor: tensor.name, reason: "there are two of that name")
        }
      }
      try write(shard, to: Path.join(directory, name), metadata: metadata)
    }
    let map = files.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
    let index: JSON = ["metadata": ["total_size": .integer(total)], "weight_map": .object(JSONObject(map))]
    let writer = try FileWriter(creating: Path.join(directory, "model.safetensors.index.json"))
    try writer.write(index.text(pretty: true) + "\n")
    try writer.finish()
  }

  private static func byteCount(of tensor: TensorSource) throws -> Int {
    guard let count = tensor.byteCount else {
      throw CheckpointsError.unwritableTensor(
        tensor: tensor.name, reason: "its shape \(tensor.shape) is too large")
    }
    return count
  }

  private static func fiveDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
