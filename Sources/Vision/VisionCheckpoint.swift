import Checkpoints
import Groundwork
import Layers
import Tensors

/// The directory of a vision encoder, or of a larger model that holds one: an image classifier, or text and image side of CLIP
/// or SigLIP together.
public struct VisionCheckpoint {
  public let checkpoint: Checkpoint
  public let configuration: VisionConfiguration
  /// What stands before the names of the encoder's tensors: empty, or as in `vision_model.`.
  public let prefix: String

  public init(_ directory: String) throws {
    let checkpoint = try Checkpoint(directory)
    let prefix = VisionFamily.allCases.map(\.prefix).first { prefix in
      !prefix.isEmpty && checkpoint.names.contains { $0.hasPrefix(prefix) }
    }
    self.checkpoint = checkpoint
    self.prefix = prefix ?? ""
    var configuration = try VisionConfiguration(
      checkpoint.config,
      hasPooler: ["pooler.dense.weight", "head.probe"].contains { checkpoint.contains((prefix ?? "") + $0) })
    if let file = try checkpoint.json("preprocessor_config.json") {
      try configuration.prepare(
        as: ImagePreprocessing(file, configuration.family, channels: configuration.channels))
    }
    self.configuration = configuration
  }

  /// Whether a tensor is none of the encoder's: a head, another side, or positions written out.
  public func isIgnored(_ name: String) -> Bool {
    let isOther = prefix.isEmpty ? name.hasPrefix("classifier.") : !name.hasPrefix(prefix)
    return isOther || name.hasSuffix("embeddings.position_ids")
  }

  /// Writes config.json, model.safetensors and, where images are made ready in a way of its own, preprocessor_config.json of
  /// the encoder alone, as transformers loads them, into a directory, which should be a temporary one of
  /// `CheckpointDirectory.write`.
  ///
  /// - Parameter prefix: what stands before the encoder's names in `parameters`; others are left out.
  public static func write(
    _ configuration: VisionConfiguration, _ parameters: ParameterSet, prefix: String, into directory: String
  ) throws {
    func write(_ json: JSON, _ name: String) throws {
      try File.writeAtomically(Path.join(directory, name), json.text(pretty: true) + "\n")
    }
    var plain = configuration
    plain.preprocessing = nil
    try write(plain.json, "config.json")
    if let preprocessing = configuration.preprocessing, var file = preprocessing.json.object {
      file["image_processor_type"] = configuration.family.imageProcessor.map(JSON.string)
      try write(.object(file), "preprocessor_config.json")
    }
    let tensors = parameters.tensorsToSave.filter { $0.name.hasPrefix(prefix) }
    try SafetensorsWriter.write(
      tensors.map { $0.renamed(String($0.name.dropFirst(prefix.count))) },
      to: Path.join(directory, "model.safetensors"))
  }

  /// Whether a config.json is that of a vision encoder, or of a model of one family that holds one.
  public static func isEncoder(_ config: JSON) -> Bool {
    let type = config["model_type"]?.string
    return VisionFamily.allCases.contains { $0.rawValue == type || $0.pair != nil && $0.pair == type }
  }
}

extension PatchEncoder {
  /// Loads the directory of a vision encoder. The parameters keep the names of the checkpoint.
  ///
  /// - Parameter isTrainable: whether the parameter of this name gets gradients.
  public static func load(
    _ directory: String, on device: Device, isTrainable: @escaping (String) -> Bool = { _ in false }
  ) throws -> (encoder: PatchEncoder, parameters: ParameterSet) {
    let source = try VisionCheckpoint(directory)
    let parameters = ParameterSet(on: device, isTrainable: isTrainable)
    let encoder = try PatchEncoder(source.configuration, prefix: source.prefix, in: parameters)
    try parameters.load(source.checkpoint, ignoring: source.isIgnored)
    return (encoder, parameters)
  }
}
