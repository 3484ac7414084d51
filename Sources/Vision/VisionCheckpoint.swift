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
    configuration = try VisionConfiguration(
      checkpoint.config,
      hasPooler: ["pooler.dense.weight", "head.probe"].contains { checkpoint.contains((prefix ?? "") + $0) })
  }

  /// Whether a tensor is none of the encoder's: a head, another side, or positions written out.
  public func isIgnored(_ name: String) -> Bool {
    let isOther = prefix.isEmpty ? name.hasPrefix("classifier.") : !name.hasPrefix(prefix)
    return isOther || name.hasSuffix("embeddings.position_ids")
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
