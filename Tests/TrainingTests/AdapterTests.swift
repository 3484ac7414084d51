import Checkpoints
import Foundation
import Fusion
import Groundwork
import Layers
import TestSupport
import Tensors
import Testing

@testable import Training

/// Adapters beside those of the PEFT library: fixtures of `tools/reference/adapters.py`.
struct AdapterTests {
  static let kinds = ["lora", "rslora", "dora", "rsdora"]

  private func path(_ name: String) throws -> String {
    try Fixture.url("adapters/" + name, in: .module).path
  }

  private func model(_ kind: String, trains: Bool = false) throws -> JointModel {
    try JointModel.load(path("base"), adapter: path(kind), on: Device.cpu(), trainsAdapters: trains)
  }

  private func sequences(_ fixture: Fixture) throws -> [[Int]] {
    let ids = try fixture.integers("input_ids")
    return [Array(ids[..<(ids.count / 2)]), Array(ids[(ids.count / 2)...])]
  }

  private func logits(_ model: JointModel, _ ids: [[Int]]) throws -> [Float] {
    let tape = Tape(inference: model.device)
    let output = try model(StudyBatch(tokens: ids, promptLengths: ids.map(\.count)), tape)
    return try model.text.logits(output.hidden, tape).values()
  }

  /// The mean cross-entropy of each next token, recorded.
  private func loss(_ model: JointModel, _ ids: [[Int]], _ tape: Tape) throws -> Float {
    let output = try model(StudyBatch(tokens: ids, promptLengths: ids.map(\.count)), tape)
    let targets: [Int32] = ids.flatMap { row -> [Int32] in row.dropFirst().map { Int32($0) } + [-100] }
    let count = targets.count { $0 >= 0 }
    let losses = try tape.linearCrossEntropy(
      output.hidden, weight: model.text.outputWeight, targets: Tensor(indices: targets, on: model.device),
      factors: Tensor(
        [Float](repeating: 1 / Float(count), count: targets.count), [targets.count], on: model.device))
    return try losses.losses.values().reduce(0, +) / Float(count)
  }

  @Test(arguments: kinds) func anAdapterOfPEFTGivesItsLogits(_ kind: String) throws {
    let fixture = try Fixture("adapters/" + kind, in: .module)
    let ids = try sequences(fixture)
    #expect(relativeError(try logits(model(kind), ids), try fixture.floats("logits")) < 1e-5)
    let plain = try JointModel.load(path("base"), on: Device.cpu())
    #expect(relativeError(try logits(plain, ids), try fixture.floats("logits")) > 1e-2)
  }

  @Test(arguments: kinds) func gradientsAndTwentyStepsAreThoseOfPEFT(_ kind: String) throws {
    let fixture = try Fixture("adapters/" + kind, in: .module)
    let ids = try sequences(fixture)
    let model = try model(kind, trains: true)
    var recipe = Recipe()
    recipe.model.adapters.kind = .lora
    recipe.training.rates.adapters = 2e-3
    recipe.training.clip = 0
    recipe.training.weightDecay = 0
    let optimizer = try AdamWOptimizer(recipe, model.parameters)
    let adapters = try #require(model.parameters.adapters?.parameters.parameters)
    #expect(model.parameters.trainable.isEmpty && adapters.allSatisfy(\.isTrainable))
    let losses = try fixture.floats("losses")
    for step in 1...20 {
      let tape = Tape(training: model.device, random: .init(seed: 1, step: UInt32(step)))
      let loss = try loss(model, ids, tape)
      try tape.backward()
      #expect(abs(loss - losses[step - 1]) < 1e-5 * losses[step - 1])
      if step == 1 {
        for parameter in adapters {
          let gradient = try #require(try parameter.tensor.gradientValues())
          let error = relativeError(gradient, try fixture.floats("grad." + parameter.name))
          #expect(error < 1e-4, "\(parameter.name): \(error)")
        }
      }
      _ = try optimizer.step(step, rateFactor: 1)
    }
    for parameter in adapters {
      let error = relativeError(
        try parameter.tensor.values(), try fixture.floats("trained." + parameter.name))
      #expect(error < 1e-4, "\(parameter.name): \(error)")
    }
    // After training nothing that was kept from before is used.
    let tape = Tape(inference: model.device)
    _ = try loss(model, ids, tape)
    #expect(relativeError(try logits(model, ids), try fixture.floats("merged_logits")) < 1e-4)
    try model.parameters.adapters?.merge()
    #expect(relativeError(try logits(model, ids), try fixture.floats("merged_logits")) < 1e-4)
  }

  @Test(arguments: kinds) func whatIsSavedReadsBackAsItWas(_ kind: String) throws {
    let directory = NSTemporaryDirectory() + "lightbox-adapters-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let ids = try sequences(Fixture("adapters/" + kind, in: .module))
    let model = try model(kind)
    try model.parameters.adapters?.save(to: directory, task: "CAUSAL_LM")
    let again = try JointModel.load(path("base"), adapter: directory, on: Device.cpu())
    #expect(try logits(again, ids) == logits(model, ids))
    try model.save(into: directory)
    #expect(try logits(JointModel.load(directory, on: Device.cpu()), ids) == logits(model, ids))
  }

  @Test(arguments: [
    #""bias": "all""#, #""fan_in_fan_out": true"#, #""modules_to_save": ["lm_head"]"#,
    #""rank_pattern": {"q_proj": 4}"#, #""some_new_option": 2"#, #""init_lora_weights": "pissa""#,
    #""r": 0"#, #""lora_alpha": -1"#, #""peft_type": "LOHA""#, #""target_modules": ["k_proj"]"#,
  ])
  func whatWouldChangeTheMathematicsIsRefused(_ change: String) throws {
    var config = try #require(try JSON(parsing: File.read(path("lora/adapter_config.json"))).object)
    let modules = ["model.layers.0.self_attn.q_proj"]
    _ = try AdapterConfiguration(peft: .object(config), path: "config", modules: modules)
    for (key, value) in try #require(try JSON(parsing: "{\(change)}").object) { config[key] = value }
    #expect(throws: LayersError.self) {
      try AdapterConfiguration(peft: .object(config), path: "config", modules: modules)
    }
  }

  @Test func targetsNameLayersByTheirEnd() {
    func includes(_ target: String, _ name: String) -> Bool {
      AdapterConfiguration(kind: .lora, rank: 1, alpha: 1, targets: [target]).includes(name)
    }
    let query = "model.layers.11.self_attn.q_proj"
    #expect(includes("q_proj", query) && includes("self_attn.*_proj", query) && includes(query, query))
    #expect(includes("model.layers.1*.q_proj", query) && includes("*", query))
    #expect(!includes("proj", query) && !includes("k_proj", query) && !includes("layers.1.*", query))
    #expect(!includes("q_proj", "fusion.blocks.0.q_proj") && !includes("*", "heads.findings.complaint"))
    #expect(!includes("gate_proj", "model.layers.1.mlp.experts.0.gate_proj"))
    #expect(!includes("q_proj", "vision.encoder.layers.0.self_attn.q_proj"))
    #expect(includes("vision.q_proj", "vision.encoder.layers.0.self_attn.q_proj"))
    #expect(!includes("vision.q_proj", query))
  }
}
