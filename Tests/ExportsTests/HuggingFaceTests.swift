import DeepSeek
import Foundation
import Fusion
import Groundwork
import Layers
import Tensors
import Testing
import Vision

@testable import Exports

struct HuggingFaceTests {
  private let directory = NSTemporaryDirectory() + "lightbox-exports-\(UUID().uuidString)"

  private func model(_ adapters: AdapterConfiguration?, family: VisionFamily = .vit) throws -> JointModel {
    let text = try TextConfiguration(
      vocabularySize: 40, hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, feedForwardSize: 24,
      contextLength: 32)
    let vision = try VisionConfiguration(
      imageSize: 16, patchSize: 8, channels: 3, width: 16, layers: 1, heads: 2, feedForwardSize: 24,
      family: family)
    let configuration = try JointConfiguration(
      text: text, vision: vision,
      fusion: FusionConfiguration(every: 1, heads: 2, feedForwardSize: 24, gate: .tanh, findingTokens: false),
      heads: HeadConfiguration(findings: ["pleural_effusion"]))
    let device = try Device.cpu()
    let set = adapters.map { AdapterSet($0, on: device) }
    let parameters = ParameterSet(on: device, adapters: set)
    let model = try JointModel(configuration, in: parameters)
    try parameters.initialize(seed: 4)
    if let set {
      try set.initialize(seed: 5)
      for parameter in set.parameters.parameters where parameter.name.hasSuffix("lora_B.weight") {
        try parameter.tensor.fillNormal(mean: 0, deviation: 0.1, seed: 6, step: 0, stream: 0)
      }
    }
    return model
  }

  private func logits(_ model: JointModel) throws -> [Float] {
    let tape = Tape(inference: model.device)
    let hidden = try model.text.hidden(TokenBatch([[1, 5, 9, 2]], on: model.device), tape)
    return try model.text.logits(hidden, tape).values()
  }

  @Test func eachPartReadsBackAloneAndWhatHasNoPlaceIsNamed() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let targets = ["q_proj", "down_proj", "vision.query", "vision.output.dense"]
    let model = try model(AdapterConfiguration(kind: .decomposed, rank: 2, alpha: 4, targets: targets))
    let result = try HuggingFaceExport.write(model, tokenizer: nil, to: directory)
    #expect(result.written == ["text", "vision", "text-adapter", "vision-adapter"])
    #expect(result.left == ["the cross-attention between text and images", "the heads"])
    let text = try JointModel.load(
      Path.join(directory, "text"), adapter: Path.join(directory, "text-adapter"), on: model.device)
    #expect(try logits(text) == logits(model))
    let (encoder, parameters) = try PatchEncoder.load(Path.join(directory, "vision"), on: model.device)
    #expect(encoder.configuration.width == 16)
    #expect(parameters.parameters.allSatisfy { $0.shape == model.parameters["vision." + $0.name]?.shape })
    let config = try JSON(
      parsing: File.read(Path.join(directory, "vision-adapter/adapter_config.json")))
    let modules = config["target_modules"]?.array?.compactMap(\.string) ?? []
    #expect(
      modules == ["layers.0.attention.o_proj", "layers.0.attention.q_proj", "layers.0.mlp.fc2"])
  }

  @Test func mergingMovesLogitsByRoundingOnly() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    for kind in AdapterConfiguration.Kind.allCases {
      let model = try model(
        AdapterConfiguration(kind: kind, rank: 2, alpha: 4, targets: ["q_proj", "v_proj"]))
      let before = try logits(model)
      let drift = try #require(try MergeDrift.merging(model, tokenizer: nil))
      #expect(drift.tokens == 96 && drift.largest > 0 && drift.largest < 1e-5 * drift.scale)
      #expect(drift.mean < drift.largest)
      #expect(zip(before, try logits(model)).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(try MergeDrift.merging(model, tokenizer: nil) == nil)
      let result = try HuggingFaceExport.write(model, tokenizer: nil, to: directory)
      #expect(result.written == ["text", "vision"])
      #expect(try logits(JointModel.load(Path.join(directory, "text"), on: model.device)) == logits(model))
    }
  }

  @Test func anEncoderOfOurOwnKindIsLeftOut() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let result = try HuggingFaceExport.write(model(nil, family: .lightbox), tokenizer: nil, to: directory)
    #expect(result.written == ["text"] && result.left.count == 3)
  }

  @Test(arguments: [
    (VisionFamily.vit, "encoder.layer.3.attention.attention.key", "layers.3.attention.k_proj"),
    (.vit, "encoder.layer.3.intermediate.dense", "layers.3.mlp.fc1"), (.vit, "pooler.dense", "pooler.dense"),
    (.dinov2, "encoder.layer.3.attention.output.dense", "encoder.layer.3.attention.o_proj"),
    (.dinov2, "encoder.layer.3.mlp.fc1", "encoder.layer.3.mlp.fc1"),
    (.clip, "encoder.layers.3.self_attn.q_proj", "encoder.layers.3.self_attn.q_proj"),
  ])
  func layersHaveTheNamesOfTransformers(family: VisionFamily, name: String, expected: String) throws {
    let vision = try VisionConfiguration(
      imageSize: 16, patchSize: 8, channels: 3, width: 16, layers: 1, heads: 2, feedForwardSize: 24,
      family: family)
    #expect(vision.layerNameInTransformers(name) == expected)
  }
}
