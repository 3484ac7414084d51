import Checkpoints
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport
import Testing

@testable import Vision

/// Random encoders made by transformers, loaded from the directories a user has (`tools/reference/encoders.py`).
struct EncoderFamilyTests {
  @Test(arguments: ["vit-interpolated", "clip", "siglip", "dinov2", "dinov2-gated"])
  func valuesAndGradientsAgree(_ name: String) throws {
    let device = try Device.cpu()
    let folder = try Fixture.url(name, in: .module)
    let expected = try Fixture(path: folder.appending(path: "expected.safetensors").path)
    let (encoder, parameters) = try PatchEncoder.load(folder.path, on: device, isTrainable: { _ in true })
    let pixels = try Tensor(
      expected.floats("pixel_values"), expected.shape("pixel_values"), on: device, needsGradient: true)
    let tape = Tape(inference: device, recording: true)
    let hidden = try encoder(pixels, interpolatingPositions: true, tape)
    #expect(relativeError(try hidden.values(), try expected.floats("last_hidden_state")) < 1e-5)
    let pooled = try encoder.pooled(hidden, images: pixels.rowCount, Tape(inference: device))
    if expected.names.contains("pooler_output") {
      let values = try #require(pooled).values()
      #expect(relativeError(values, try expected.floats("pooler_output")) < 1e-5)
    } else {
      #expect(pooled == nil)
    }
    try tape.backward(
      from: hidden, gradient: Tensor(expected.floats("probe"), hidden.shape, on: device))
    let tensors = parameters.parameters.map { ($0.name, $0.tensor) } + [("pixel_values", pixels)]
    let scale = try tensors.map { try expected.floats("grad." + $0.0) }.joined().reduce(0) {
      max($0, $1.magnitude)
    }
    for (name, tensor) in tensors {
      let wanted = try expected.floats("grad." + name)
      let gradient = try tensor.gradientValues() ?? Array(repeating: 0, count: tensor.count)
      // Zero in exact arithmetic, as by the bias of a key, is noise here and there.
      guard wanted.contains(where: { $0.magnitude > 1e-5 * scale }) else {
        #expect(gradient.allSatisfy { $0.magnitude < 1e-5 * scale }, "\(name) should be next to zero")
        continue
      }
      let error = relativeError(gradient, wanted)
      #expect(error < 1e-4, "\(name): \(error)")
    }
  }

  @Test(arguments: ["vit-interpolated", "clip", "siglip", "dinov2", "dinov2-gated"])
  func theConfigurationReadsBackEqual(_ name: String) throws {
    let configuration = try VisionCheckpoint(Fixture.url(name, in: .module).path).configuration
    #expect(
      try VisionConfiguration(configuration.json, hasPooler: configuration.hasPooler) == configuration)
  }

  /// What is written is the encoder again, without a prefix, and with it how images are made ready.
  @Test(arguments: ["vit-interpolated", "clip", "siglip", "dinov2", "dinov2-gated"])
  func aSavedEncoderReadsBackEqual(_ name: String) throws {
    let device = try Device.cpu()
    let source = try VisionCheckpoint(Fixture.url(name, in: .module).path)
    var configuration = source.configuration
    try configuration.prepare(
      as: ImagePreprocessing(
        side: 16, fit: .crop(shorterSide: 20), kernel: .bicubic, mean: [0.25, 0.5, 0.75],
        deviation: [0.5, 0.25, 0.5]))
    let parameters = ParameterSet(on: device)
    let encoder = try PatchEncoder(configuration, prefix: source.prefix, in: parameters)
    try parameters.load(source.checkpoint, ignoring: source.isIgnored)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try CheckpointDirectory.write(folder) {
      try VisionCheckpoint.write(configuration, parameters, prefix: source.prefix, into: $0)
    }
    let (again, _) = try PatchEncoder.load(folder, on: device)
    #expect(again.configuration == configuration && again.configuration.patchCount == 4)
    let pixels = try Tensor([1, 3, 16, 16], on: device)
    try pixels.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 0)
    let tape = Tape(inference: device)
    // Images of the size that the file asks for, though the positions were learned for another.
    #expect(try encoder(pixels, tape).values() == again(pixels, tape).values())
    #expect(try encoder.fusionTokens(pixels, tape).shape == [4, 24])
  }

  /// A language model sees CLIP's patches before the last layer, and the others' after the last norm.
  @Test func languageSeesThePatchesOfTheLayerThatItShould() throws {
    let device = try Device.cpu()
    let tape = Tape(inference: device)
    for (name, skipsLast) in [("clip", true), ("siglip", false), ("dinov2", false)] {
      let source = try VisionCheckpoint(Fixture.url(name, in: .module).path)
      let (encoder, _) = try PatchEncoder.load(source.checkpoint.directory, on: device)
      var configuration = source.configuration
      if skipsLast { configuration.layers -= 1 }
      let parameters = ParameterSet(on: device)
      let shorter = try PatchEncoder(configuration, prefix: source.prefix, in: parameters)
      try parameters.load(
        source.checkpoint, ignoring: { source.isIgnored($0) || skipsLast && $0.contains(".layers.1.") })
      let pixels = try Tensor([2, 3, 24, 24], on: device)
      try pixels.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 0)
      let seen = try encoder.fusionTokens(pixels, tape)
      #expect(seen.shape == [2 * 9, 24])
      #expect(try seen.values() == shorter.patchTokens(shorter(pixels, tape), images: 2, tape).values())
    }
  }

  /// A directory with text and image side has the encoder's configuration inside, and says little where it is usual.
  @Test func theImageSideOfAPairIsFound() throws {
    let pair: JSON = ["model_type": "clip", "vision_config": ["hidden_size": 64, "num_attention_heads": 4]]
    #expect(VisionCheckpoint.isEncoder(pair))
    let configuration = try VisionConfiguration(pair, hasPooler: false)
    #expect(configuration.family == .clip && configuration.width == 64 && configuration.patchSize == 32)
    #expect(configuration.activation == .quickGelu && configuration.normEpsilon == 1e-5)
    #expect(!VisionCheckpoint.isEncoder(["model_type": "llama"]))
  }

  /// A convolution leaves out what makes no whole patch.
  @Test func pixelsThatMakeNoWholePatchAreLeftOut() throws {
    let device = try Device.cpu()
    let folder = try Fixture.url("vit-interpolated", in: .module)
    let (encoder, _) = try PatchEncoder.load(folder.path, on: device)
    var whole: [Float] = []
    var larger: [Float] = []
    for plane in 0..<6 {
      for row in 0..<35 {
        guard row < 32 else {
          larger += [Float](repeating: .nan, count: 23)
          continue
        }
        let pixels = (0..<16).map { Float((plane * 131 + row * 17 + $0 * 5) % 97) / 40 - 1 }
        whole += pixels
        larger += pixels
        larger += [Float](repeating: .nan, count: 7)
      }
    }
    let tape = Tape(inference: device)
    func hidden(_ pixels: [Float], _ height: Int, _ width: Int) throws -> [Float] {
      try encoder(
        Tensor(pixels, [2, 3, height, width], on: device), interpolatingPositions: true, tape
      ).values()
    }
    #expect(try hidden(larger, 35, 23) == hidden(whole, 32, 16))
  }

  @Test func imagesOfTheWrongSizeAreRefused() throws {
    let device = try Device.cpu()
    let folder = try Fixture.url("vit-interpolated", in: .module)
    let (encoder, _) = try PatchEncoder.load(folder.path, on: device)
    let pixels = try Tensor.zeros([1, 3, 32, 7], on: device)
    let tape = Tape(inference: device)
    #expect { try encoder(pixels, interpolatingPositions: true, tape) } throws: {
      "\($0)".contains("32 × 7 hold no patch of 8 × 8")
    }
    let other = try Tensor.zeros([1, 3, 32, 16], on: device)
    #expect { try encoder(other, tape) } throws: { "\($0)".contains("[3, 32, 16]") }
  }
}
