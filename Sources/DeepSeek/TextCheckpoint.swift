import Checkpoints
import Groundwork
import Layers

/// What a checkpoint of the text family holds beside the model's own tensors.
public struct TextCheckpoint {
  public let configuration: TextConfiguration
  private let predictionLayers: [Int: Int]

  /// - Parameter names: the names of the checkpoint's tensors.
  public init(_ configuration: TextConfiguration, names: [String]) {
    self.configuration = configuration
    var layers: [Int: Int] = [:]
    for name in names {
      if let layer = Self.layer(of: name), layer >= configuration.layers { layers[layer, default: 0] += 1 }
    }
    let marks = Set(names.filter { $0.hasSuffix(".eh_proj.weight") }.compactMap(Self.layer))
    let last = configuration.layers + configuration.predictionLayers
    predictionLayers = layers.filter { $0.key < last || marks.contains($0.key) }
  }

  /// Whether a tensor is none of the model's: rotary frequencies, which are computed; a tied output layer written out; a
  /// layer that predicts further tokens in training.
  public func isIgnored(_ name: String) -> Bool {
    name.hasSuffix("rotary_emb.inv_freq") || configuration.tiesEmbeddings && name == "lm_head.weight"
      || Self.layer(of: name).map { predictionLayers[$0] != nil } == true
  }

  /// What a person should know of tensors that are not read.
  public var notes: [String] {
    predictionLayers.sorted { $0.key < $1.key }.map { layer, count in
      "model.layers.\(layer).* not read: \(count) tensors of multi-token prediction, which only training uses"
    }
  }

  /// Writes config.json and model.safetensors of the text model alone, as transformers loads them, into a directory, which
  /// should be a temporary one of `CheckpointDirectory.write`.
  ///
  /// - Parameter parameters: those of the text model, and perhaps others, which are left out.
  public static func write(
    _ configuration: TextConfiguration, _ parameters: ParameterSet, into directory: String
  ) throws {
    try File.writeAtomically(
      Path.join(directory, "config.json"), configuration.json.text(pretty: true) + "\n")
    try SafetensorsWriter.write(
      parameters.tensorsToSave.filter { $0.name.hasPrefix("model.") || $0.name == "lm_head.weight" },
      to: Path.join(directory, "model.safetensors"))
  }

  /// 17 for "model.layers.17.mlp.up_proj.weight".
  private static func layer(of name: String) -> Int? {
    let words = name.split(separator: ".", maxSplits: 3)
    return words.count == 4 && words[0] == "model" && words[1] == "layers" ? Int(words[2]) : nil
  }
}
