import Checkpoints
import DeepSeek
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport
import Testing

@testable import Fusion

/// The joint model written in plain PyTorch (`tools/reference/models.py`), with and without a resampler.
struct JointReferenceTests {
  struct Case {
    let model: JointModel
    let expected: Fixture
    let batch: StudyBatch
  }

  static func load(_ name: String, on device: Device, trainable: Bool = true) throws -> Case {
    let folder = try Fixture.url(name, in: .module)
    let expected = try Fixture(path: folder.appending(path: "expected.safetensors").path)
    let json = try JSON(parsing: File.read(folder.appending(path: "config.json").path))
    let parameters = ParameterSet(on: device, isTrainable: { _ in trainable })
    let model = try JointModel(JointConfiguration(json), in: parameters)
    try parameters.load(SafetensorsFile(folder.appending(path: "model.safetensors").path))
    let ids = try expected.integers("ids")
    var start = 0
    let tokens = try expected.integers("lengths").map { length -> [Int] in
      defer { start += length }
      return Array(ids[start..<start + length])
    }
    let batch = try StudyBatch(
      tokens: tokens, promptLengths: try expected.integers("prompts"),
      pixels: try Tensor(try expected.floats("pixel_values"), try expected.shape("pixel_values"), on: device),
      imageCounts: try expected.integers("images"),
      views: try expected.integers("views").compactMap(StudyBatch.ImageView.init(rawValue:)))
    return Case(model: model, expected: expected, batch: batch)
  }

  @Test(arguments: ["joint", "joint-latents"])
  func inferenceAgrees(_ name: String) throws {
    let device = try Device.cpu()
    let joint = try Self.load(name, on: device, trainable: false)
    let output = try joint.model(joint.batch, Tape(inference: device))
    let expected = joint.expected
    #expect(relativeError(try output.hidden.values(), try expected.floats("inference_hidden")) < 1e-5)
    let findings = try #require(output.findingLogits).values()
    #expect(relativeError(findings, try expected.floats("inference_finding_logits")) < 1e-5)
    let classes = try #require(output.classLogits).values()
    #expect(relativeError(classes, try expected.floats("inference_class_logits")) < 1e-5)
  }

  @Test(arguments: ["joint", "joint-latents"])
  func lossesAndEveryGradientAgree(_ name: String) throws {
    let device = try Device.cpu()
    let joint = try Self.load(name, on: device)
    let expected = joint.expected
    let tape = Tape(training: device, random: Tape.RandomKey(seed: 0, step: 1))
    let output = try joint.model(joint.batch, tape)
    func filled(_ value: Float, _ count: Int) throws -> Tensor {
      try Tensor([Float](repeating: value, count: count), [count], on: device)
    }
    let targets = try expected.integers("targets").map(Int32.init)
    let share = 1 / Float(targets.filter { $0 >= 0 }.count)
    let text = try tape.linearCrossEntropy(
      output.hidden, weight: joint.model.text.outputWeight, targets: Tensor(indices: targets, on: device),
      factors: filled(share, targets.count), smoothing: 0.1)
    let findingLogits = try #require(output.findingLogits)
    let findingTargets = try expected.floats("finding_targets")
    let findings = try tape.binaryCrossEntropy(
      findingLogits, targets: Tensor(findingTargets, findingLogits.shape, on: device),
      factors: filled(0.5 / Float(findingTargets.count), findingTargets.count))
    let classLogits = try #require(output.classLogits)
    let classes = try tape.crossEntropy(
      classLogits, targets: Tensor(indices: expected.integers("class_targets").map(Int32.init), on: device),
      factors: filled(0.25 / 3, 3))
    try tape.backward()

    let losses = try [
      text.losses.values().reduce(0, +) * share,
      findings.values().reduce(0, +) / Float(findingTargets.count), classes.values().reduce(0, +) / 3,
    ]
    #expect(relativeError(losses, try expected.floats("losses")) < 1e-5)
    for parameter in joint.model.parameters.trainable where !parameter.name.hasSuffix("key.bias") {
      let gradient = try #require(try parameter.tensor.gradientValues(), "\(parameter.name) has no gradient")
      let error = relativeError(gradient, try expected.floats("grad." + parameter.name))
      #expect(error < 1e-4, "\(parameter.name): \(error)")
    }
  }

  @Test(arguments: ["joint", "joint-latents"])
  func aStudyWithoutImagesIsBitIdenticalToTheTextModel(_ name: String) throws {
    let device = try Device.cpu()
    let joint = try Self.load(name, on: device, trainable: false)
    let output = try joint.model(joint.batch, Tape(inference: device))
    let rows = output.sequences[1]
    let size = joint.model.configuration.text.hiddenSize
    let fused = try output.hidden.values()[rows.lowerBound * size..<rows.upperBound * size]
    let plain = try joint.model.text.hidden(
      TokenBatch(joint.batch.tokens, on: device), Tape(inference: device)
    ).values()
    #expect(fused.elementsEqual(plain[rows.lowerBound * size..<rows.upperBound * size]))
    let others = output.sequences[0]
    #expect(
      !(try output.hidden.values()[others.lowerBound * size..<others.upperBound * size]).elementsEqual(
        plain[others.lowerBound * size..<others.upperBound * size]))
  }

  @Test func aFreshJointModelIsBitIdenticalToItsTextModel() throws {
    let device = try Device.cpu()
    for gate in FusionConfiguration.Gate.allCases {
      let loaded = try Self.load("joint", on: device, trainable: false)
      var configuration = loaded.model.configuration
      configuration.fusion?.gate = gate
      let parameters = ParameterSet(on: device)
      let model = try JointModel(configuration, in: parameters)
      try parameters.initialize(seed: 5)
      let fused = try model(loaded.batch, Tape(inference: device)).hidden.values()
      let plain = try model.text.hidden(
        TokenBatch(loaded.batch.tokens, on: device), Tape(inference: device)
      ).values()
      #expect(fused == plain)
    }
  }

  @Test func changingOneStudyLeavesItsNeighboursBitIdentical() throws {
    let device = try Device.cpu()
    let joint = try Self.load("joint", on: device, trainable: false)
    let size = joint.model.configuration.text.hiddenSize
    let before = try joint.model(joint.batch, Tape(inference: device))
    var changed = joint.batch
    changed.tokens[0] = changed.tokens[0].map { ($0 + 1) % 80 }
    var pixels = try joint.expected.floats("pixel_values")
    for index in 0..<32 * 32 { pixels[index] = -pixels[index] }
    changed.pixels = try Tensor(pixels, joint.expected.shape("pixel_values"), on: device)
    let after = try joint.model(changed, Tape(inference: device))
    let first = before.sequences[0].count * size
    #expect(try before.hidden.values()[first...].elementsEqual(after.hidden.values()[first...]))
    #expect(try !before.hidden.values()[..<first].elementsEqual(after.hidden.values()[..<first]))
    let findings = joint.model.configuration.heads.findings.count
    #expect(
      try #require(before.findingLogits).values()[findings...].elementsEqual(
        #require(after.findingLogits).values()[findings...]))
  }

  @Test func aBatchEqualsItsStudiesOneByOne() throws {
    let device = try Device.cpu()
    let joint = try Self.load("joint", on: device, trainable: false)
    let together = try joint.model(joint.batch, Tape(inference: device)).hidden.values()
    var image = 0
    var apart: [Float] = []
    for study in joint.batch.tokens.indices {
      let images = image..<image + joint.batch.imageCounts[study]
      image = images.upperBound
      let single = try StudyBatch(
        tokens: [joint.batch.tokens[study]], promptLengths: [joint.batch.promptLengths[study]],
        pixels: images.isEmpty ? nil : joint.batch.pixels?.rows(images), imageCounts: [images.count],
        views: Array(joint.batch.views[images]))
      apart += try joint.model(single, Tape(inference: device)).hidden.values()
    }
    #expect(relativeError(together, apart) < 1e-5)
  }

  /// Latent attention and experts under the same cross-attention: in words written one by one with a cache as in one pass,
  /// with gates that do nothing at first, and back from a directory.
  @Test func aMixtureWithLatentAttentionJoinsAsLlamaDoes() throws {
    let device = try Device.cpu()
    let loaded = try Self.load("joint", on: device, trainable: false)
    var configuration = loaded.model.configuration
    configuration.text = try Self.deepSeekV3(like: configuration.text)
    let parameters = ParameterSet(on: device)
    let model = try JointModel(configuration, in: parameters)
    try parameters.initialize(seed: 5)
    let plain = try model.text.hidden(TokenBatch(loaded.batch.tokens, on: device), Tape(inference: device))
    #expect(try model(loaded.batch, Tape(inference: device)).hidden.values() == plain.values())
    for parameter in parameters.parameters where parameter.name.hasSuffix("gate") {
      try parameter.tensor.fill(0.5)
    }
    let fused = try model(loaded.batch, Tape(inference: device)).hidden.values()
    #expect(relativeError(fused, try plain.values()) > 1e-3)

    let answers = try model.generate(loaded.batch, GenerationOptions(maximumTokens: 6, endTokens: []))
    var whole = loaded.batch
    whole.tokens = zip(whole.tokens, answers).map { $0 + $1.tokens }
    let output = try model(whole, Tape(inference: device))
    let logits = try model.text.logits(output.hidden, Tape(inference: device))
    for (study, rows) in output.sequences.enumerated() {
      let start = rows.lowerBound + loaded.batch.tokens[study].count - 1
      let chosen = try (start..<start + 6).map { row -> Int in
        let values = try logits.rows(row..<row + 1).values()
        return values.indices.max { values[$0] < values[$1] } ?? 0
      }
      #expect(chosen == answers[study].tokens)
    }

    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try CheckpointDirectory.write(folder) { try model.save(into: $0) }
    let again = try JointModel.load(folder, on: device)
    #expect(again.configuration == configuration && again.notes.isEmpty)
    #expect(try again(loaded.batch, Tape(inference: device)).hidden.values() == fused)
  }

  private static func deepSeekV3(like text: TextConfiguration) throws -> TextConfiguration {
    try TextConfiguration(
      family: .deepseekV3, vocabularySize: text.vocabularySize, hiddenSize: text.hiddenSize,
      layers: text.layers,
      heads: 4, keyValueHeads: 4, feedForwardSize: 40, contextLength: 64,
      latentAttention: LatentAttentionShape(
        queryRank: 12, latentSize: 16, plainSize: 8, rotarySize: 4, valueSize: 8),
      mixture: MixtureShape(
        router: RouterShape(
          experts: 8, chosen: 2, groups: 2, keptGroups: 1, score: .sigmoid, groupWorth: .twoBest,
          normalises: true, scale: 2.5), hasChoiceBias: true, feedForwardSize: 16, sharedExperts: 1,
        denseLayers: 1))
  }

  @Test func theConfigurationReadsBackEqual() throws {
    let device = try Device.cpu()
    let configuration = try Self.load("joint-latents", on: device).model.configuration
    #expect(try JointConfiguration(configuration.json) == configuration)
  }
}
