import Checkpoints
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport
import Testing

@testable import Vision

/// A random ViTModel made by transformers, and an encoder with a convolutional stem written in PyTorch
/// (`tools/reference/models.py`).
struct EncoderReferenceTests {
  private func load(
    _ name: String, on device: Device, hasPooler: Bool
  ) throws -> (encoder: PatchEncoder, parameters: ParameterSet, expected: Fixture) {
    let folder = try Fixture.url(name, in: .module)
    let json = try JSON(parsing: File.read(folder.appending(path: "config.json").path))
    let parameters = ParameterSet(on: device, isTrainable: { _ in true })
    let encoder = try PatchEncoder(VisionConfiguration(json, hasPooler: hasPooler), in: parameters)
    try parameters.load(SafetensorsFile(folder.appending(path: "model.safetensors").path))
    return (encoder, parameters, try Fixture(path: folder.appending(path: "expected.safetensors").path))
  }

  private func tensor(_ name: String, _ fixture: Fixture, on device: Device) throws -> Tensor {
    try Tensor(try fixture.floats(name), try fixture.shape(name), on: device)
  }

  @Test func viTAgreesInValuesAndGradients() throws {
    let device = try Device.cpu()
    let (encoder, parameters, expected) = try load("vit", on: device, hasPooler: true)
    let tape = Tape(inference: device, recording: true)
    let hidden = try encoder(tensor("pixel_values", expected, on: device), tape)
    #expect(relativeError(try hidden.values(), try expected.floats("last_hidden_state")) < 1e-5)
    let plain = Tape(inference: device)
    let pooled = try #require(try encoder.pooled(hidden, images: 2, plain))
    #expect(relativeError(try pooled.values(), try expected.floats("pooler_output")) < 1e-5)
    let probe = try Tensor(try expected.floats("probe"), hidden.shape, on: device)
    try tape.backward(from: hidden, gradient: probe)
    for parameter in parameters.parameters where !parameter.name.hasPrefix("pooler") {
      let gradient = try #require(try parameter.tensor.gradientValues())
      let error = relativeError(gradient, try expected.floats("grad." + parameter.name))
      // The gradient of a key's bias is zero in exact arithmetic: softmax does not see a shift of all scores.
      if parameter.name.hasSuffix("key.bias") { continue }
      #expect(error < 1e-4, "\(parameter.name): \(error)")
    }
  }

  @Test func theConvolutionalStemAgreesInValuesGradientsAndStatistics() throws {
    let device = try Device.cpu()
    let (encoder, parameters, expected) = try load("stem", on: device, hasPooler: false)
    let pixels = try tensor("pixel_values", expected, on: device)
    let plain = try encoder(pixels, Tape(inference: device)).values()
    #expect(relativeError(plain, try expected.floats("inference_output")) < 1e-5)
    let tape = Tape(training: device, random: Tape.RandomKey(seed: 1, step: 1))
    let hidden = try encoder(pixels, tape)
    #expect(relativeError(try hidden.values(), try expected.floats("training_output")) < 1e-5)
    let probe = try Tensor(try expected.floats("probe"), hidden.shape, on: device)
    try tape.backward(from: hidden, gradient: probe)
    for parameter in parameters.parameters {
      if parameter.name.contains("running") {
        #expect(
          relativeError(try parameter.tensor.values(), try expected.floats("after." + parameter.name)) < 1e-5)
      } else if !parameter.name.hasSuffix("key.bias") {
        let gradient = try #require(try parameter.tensor.gradientValues())
        let error = relativeError(gradient, try expected.floats("grad." + parameter.name))
        #expect(error < 1e-4, "\(parameter.name): \(error)")
      }
    }
  }

  /// The derivative along the gradient is the gradient's square, by central differences.
  @Test func outsideTrainingTheStemHasGradientsToo() throws {
    let device = try Device.cpu()
    let (encoder, parameters, expected) = try load("stem", on: device, hasPooler: false)
    let pixels = try tensor("pixel_values", expected, on: device)
    let probe = try expected.floats("probe")
    func weighed() throws -> Double {
      let hidden = try encoder(pixels, Tape(inference: device)).values()
      return zip(hidden, probe).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    let tape = Tape(inference: device, recording: true)
    let hidden = try encoder(pixels, tape)
    #expect(relativeError(try hidden.values(), try expected.floats("inference_output")) < 1e-5)
    try tape.backward(from: hidden, gradient: Tensor(probe, hidden.shape, on: device))
    for name in ["stem.0.norm.weight", "stem.1.norm.bias", "stem.0.conv.weight"] {
      let weight = try #require(parameters[name]).tensor
      let gradient = try #require(try weight.gradientValues())
      let square = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
      let step = Float(1e-3 / square.squareRoot())
      let start = try weight.values()
      let around = try [step, -step].map { step in
        try weight.write(zip(start, gradient).map { $0 + step * $1 })
        return try weighed()
      }
      try weight.write(start)
      let slope = (around[0] - around[1]) / Double(2 * step)
      #expect(abs(slope / square - 1) < 0.02, "\(name): \(slope) for \(square)")
    }
  }

  @Test func configurationsReadBackEqual() throws {
    for name in ["vit", "stem"] {
      let folder = try Fixture.url(name, in: .module)
      let json = try JSON(parsing: File.read(folder.appending(path: "config.json").path))
      let configuration = try VisionConfiguration(json, hasPooler: false)
      #expect(try VisionConfiguration(configuration.json, hasPooler: false) == configuration)
    }
  }

  @Test func imagesOfAnotherSizeAreRefused() throws {
    let device = try Device.cpu()
    let (encoder, _, _) = try load("stem", on: device, hasPooler: false)
    let pixels = try Tensor.zeros([1, 1, 40, 40], on: device)
    #expect { try encoder(pixels, Tape(inference: device)) } throws: { "\($0)".contains("[1, 40, 40]") }
  }
}
