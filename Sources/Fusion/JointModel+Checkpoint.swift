import Checkpoints
import DeepSeek
import Groundwork
import Layers
import Tensors
import Tokenization

/// Between a joint model and its directory.
extension JointModel {
  /// Loads a model directory: one of ours, or a Hugging Face one of the text family, which becomes a joint model without
  /// images. Adapters of ours lie in its directory `adapter`.
  ///
  /// - Parameters:
  ///   - adapter: a directory in PEFT's layout with adapters to use in place of the model's own.
  ///   - newAdapters: adapters to make, still to be initialised, for a model that has none.
  ///   - trainsAdapters: whether the adapters get gradients.
  ///   - matrixStorage: how matrices of the text transformer and its cross-attention that are not trained are kept in
  ///     memory.
  ///   - isTrainable: whether the parameter of this name gets gradients.
  public static func load(
    _ directory: String, adapter: String? = nil, newAdapters: AdapterConfiguration? = nil, on device: Device,
    matrixStorage: DType = .float32, isTrainable: @escaping (String) -> Bool = { _ in false },
    trainsAdapters: Bool = false
  ) throws -> JointModel {
    let checkpoint = try Checkpoint(directory)
    let configuration = try JointConfiguration(checkpoint.config)
    let own = Path.join(directory, Self.adapterName)
    let adapterDirectory = adapter ?? (File.kind(of: own) == .directory ? own : nil)
    let adapterCheckpoint = try adapterDirectory.map { try AdapterCheckpoint($0) }
    if newAdapters != nil, let adapterDirectory { throw FusionError.hasAdapters(path: adapterDirectory) }
    let adapters = (newAdapters ?? adapterCheckpoint?.configuration).map {
      AdapterSet($0, on: device, isTrainable: trainsAdapters)
    }
    let parameters = ParameterSet(
      on: device, matrixStorage: matrixStorage, storesNarrow: isOfTextPath, adapters: adapters,
      isTrainable: isTrainable)
    let model = try JointModel(configuration, in: parameters)
    let text = TextCheckpoint(configuration.text, names: checkpoint.names)
    try parameters.load(checkpoint, ignoring: text.isIgnored)
    model.notes = text.notes
    if let adapters { try adapterCheckpoint?.load(into: adapters) }
    return model
  }

  /// Refuses a tokenizer that has tokens beyond the embedding.
  public func check(_ tokenizer: Tokenizer) throws {
    let size = configuration.text.vocabularySize
    guard tokenizer.vocabularySize <= size else {
      throw DeepSeekError.largerTokenizer(tokens: tokenizer.vocabularySize, vocabulary: size)
    }
  }

  /// Whether a parameter is read for every token: of the text transformer, or of what lets it look at images.
  public static func isOfTextPath(_ name: String) -> Bool {
    name.hasPrefix("model.") || name.hasPrefix("lm_head.") || name.hasPrefix("fusion.blocks.")
  }

  /// The directory of a model's adapters, inside its own.
  static let adapterName = "adapter"

  /// Writes config.json and model.safetensors into a directory, which should be a temporary one of
  /// `CheckpointDirectory.write`; and the adapters, where there are some that are not merged, into its directory
  /// `adapter`.
  public func save(into directory: String) throws {
    try File.writeAtomically(
      Path.join(directory, "config.json"), configuration.json.text(pretty: true) + "\n")
    try SafetensorsWriter.write(
      parameters.tensorsToSave, to: Path.join(directory, "model.safetensors"))
    if let adapters = parameters.adapters, !adapters.isMerged {
      try adapters.save(to: Path.join(directory, Self.adapterName), task: nil)
    }
  }

  /// Gives the model another task than the one it was trained for before.
  public func assign(_ task: TaskConfiguration) { configuration.task = task }

  /// Sets how the heads' scores become probabilities.
  public func calibrate(_ calibration: Calibration) { configuration.calibration = calibration }
}
