import Checkpoints
import DeepSeek
import Fusion
import Groundwork
import Layers
import Tokenization
import Vision

/// The parts of a model as the libraries of Hugging Face load them, each in a directory of its own: `text` and `vision` for
/// transformers, `text-adapter` and `vision-adapter` for PEFT.
public enum HuggingFaceExport {
  public struct Result: Sendable, Equatable {
    /// The directories that were written.
    public var written: [String] = []
    /// What the model has and those libraries do not, in words.
    public var left: [String] = []

    public init(written: [String] = [], left: [String] = []) {
      self.written = written
      self.left = left
    }
  }

  /// Writes into `directory`, which should be a temporary one of `CheckpointDirectory.write`.
  public static func write(_ model: JointModel, tokenizer: Tokenizer?, to directory: String) throws -> Result
  {
    var result = Result()
    let isText = { (name: String) in !["vision.", "fusion.", "heads."].contains(where: name.hasPrefix) }
    let text = Path.join(directory, "text")
    try write(
      model.configuration.text.json, model.parameters.tensors { isText($0) ? $0 : nil }, to: text)
    try writeGeneration(model.configuration.text, tokenizer, to: text)
    try tokenizer?.save(to: text)
    result.written.append("text")
    let vision = model.configuration.vision
    if let vision, vision.isKnownToTransformers {
      try write(vision.exportedJSON, model.parameters.tensors(visionName), to: Path.join(directory, "vision"))
      result.written.append("vision")
    } else if vision != nil {
      result.left.append("the vision encoder, which is of our own kind")
    }
    if model.configuration.fusion != nil { result.left.append("the cross-attention between text and images") }
    if !model.configuration.heads.findings.isEmpty || !model.configuration.heads.classes.isEmpty {
      result.left.append("the heads")
    }
    if let adapters = model.parameters.adapters, !adapters.isMerged {
      try write(adapters, of: vision, to: directory, &result)
    }
    return result
  }

  private static func write(
    _ adapters: AdapterSet, of vision: VisionConfiguration?, to directory: String, _ result: inout Result
  ) throws {
    let names = adapters.adapters.map(\.name)
    if names.contains(where: { visionName($0) == nil }) {
      try adapters.save(to: Path.join(directory, "text-adapter"), task: "CAUSAL_LM") {
        visionName($0) == nil ? $0 : nil
      }
      result.written.append("text-adapter")
    }
    guard let vision, vision.isKnownToTransformers, names.contains(where: { visionName($0) != nil }) else {
      return
    }
    try adapters.save(to: Path.join(directory, "vision-adapter"), task: "FEATURE_EXTRACTION") {
      visionName($0).map(vision.layerNameInTransformers)
    }
    result.written.append("vision-adapter")
  }

  /// Writes a vision encoder alone.
  public static func write(
    _ encoder: PatchEncoder, _ parameters: ParameterSet, prefix: String, to directory: String
  ) throws -> Result {
    guard encoder.configuration.isKnownToTransformers else {
      throw ExportsError.unsupported(
        path: directory, reason: "an encoder of our own kind has no place in transformers")
    }
    let tensors = parameters.tensors { String($0.dropFirst(prefix.count)) }
    try write(encoder.configuration.exportedJSON, tensors, to: Path.join(directory, "vision"))
    return Result(written: ["vision"])
  }

  private static func visionName(_ name: String) -> String? {
    let prefix = AdapterConfiguration.visionPrefix
    return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
  }

  private static func write(_ config: JSON, _ tensors: [TensorSource], to directory: String) throws {
    try File.createDirectory(directory)
    try File.writeAtomically(Path.join(directory, "config.json"), config.text(pretty: true) + "\n")
    try SafetensorsWriter.write(tensors, toDirectory: directory)
  }

  private static func writeGeneration(
    _ configuration: TextConfiguration, _ tokenizer: Tokenizer?, to directory: String
  ) throws {
    var generation = JSONObject()
    generation["bos_token_id"] = (tokenizer?.beginToken ?? configuration.beginToken).map(JSON.integer)
    generation["eos_token_id"] = (tokenizer?.endToken ?? configuration.endToken).map(JSON.integer)
    generation["pad_token_id"] = tokenizer?.paddingToken.map(JSON.integer)
    guard !generation.isEmpty else { return }
    try File.writeAtomically(
      Path.join(directory, "generation_config.json"), JSON.object(generation).text(pretty: true) + "\n")
  }
}
