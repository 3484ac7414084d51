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

  /// A directory with text and image side has the encoder's configuration inside, and says little where it is usual.
  @Test func theImageSideOfAPairIsFound() throws {
    let pair: JSON = ["model_type": "clip", "vision_config": ["hidden_size": 64, "num_attention_heads": 4]]
    #expect(VisionCheckpoint.isEncoder(pair))
    let configuration = try VisionConfiguration(pair, hasPooler: false)
    #expect(configuration.family == .clip && configuration.width == 64 && configuration.patchSize == 32)
    #expect(configuration.activation == .quickGelu && configuration.normEpsilon == 1e-5)
    #expect(!VisionCheckpoint.isEncoder(["model_type": "llama"]))
  }

  @Test func imagesThatPatchesDoNotDivideAreRefused() throws {
    let device = try Device.cpu()
    let folder = try Fixture.url("vit-interpolated", in: .module)
    let (encoder, _) = try PatchEncoder.load(folder.path, on: device)
    let pixels = try Tensor.zeros([1, 3, 32, 20], on: device)
    let tape = Tape(inference: device)
    #expect { try encoder(pixels, interpolatingPositions: true, tape) } throws: {
      "\($0)".contains("32 × 20")
    }
    let other = try Tensor.zeros([1, 3, 32, 16], on: device)
    #expect { try encoder(other, tape) } throws: { "\($0)".contains("[3, 32, 16]") }
  }
}
