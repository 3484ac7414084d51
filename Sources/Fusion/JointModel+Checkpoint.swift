import Checkpoints
import DeepSeek
import Groundwork
import Layers
import Tensors
import Tokenization

/// Between a joint model and its directory.
extension JointModel {
  /// Loads a model directory: one of ours, or a Hugging Face one of the text family, which becomes a joint model without
  /// images.
  ///
  /// - Parameters:
  ///   - matrixStorage: how matrices of the text transformer and its cross-attention that are not trained are kept in
  ///     memory.
  ///   - isTrainable: whether the parameter of this name gets gradients.
  public static func load(
    _ directory: String, on device: Device, matrixStorage: DType = .float32,
    isTrainable: @escaping (String) -> Bool = { _ in false }
  ) throws -> JointModel {
    let checkpoint = try Checkpoint(directory)
    let configuration = try JointConfiguration(checkpoint.config)
    let parameters = ParameterSet(
      on: device, matrixStorage: matrixStorage, storesNarrow: isOfTextPath, isTrainable: isTrainable)
    let model = try JointModel(configuration, in: parameters)
    let text = TextCheckpoint(configuration.text, names: checkpoint.names)
    try parameters.load(checkpoint, ignoring: text.isIgnored)
    model.notes = text.notes
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

  /// Writes config.json and model.safetensors into a directory, which should be a temporary one of
  /// `CheckpointDirectory.write`.
  public func save(into directory: String) throws {
    try File.writeAtomically(
      Path.join(directory, "config.json"), configuration.json.text(pretty: true) + "\n")
    try SafetensorsWriter.write(
      parameters.tensorsToSave, to: Path.join(directory, "model.safetensors"))
  }

  /// Gives the model another task than the one it was trained for before.
  public func assign(_ task: TaskConfiguration) { configuration.task = task }

  /// Sets how the heads' scores become probabilities.
  public func calibrate(_ calibration: Calibration) { configuration.calibration = calibration }
}
