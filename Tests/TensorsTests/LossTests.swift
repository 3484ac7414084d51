import Foundation
import Tensors
import TestSupport
import Testing

/// Losses against PyTorch: values, gradients, and what an ignored row leaves alone.
struct LossTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture("operations", in: .module) }

  private func floats(_ name: String, on device: Device, needsGradient: Bool = false) throws -> Tensor {
    try Tensor(try fixture.floats(name), try fixture.shape(name), on: device, needsGradient: needsGradient)
  }

  private func targets(_ name: String, on device: Device) throws -> Tensor {
    try Tensor(indices: try fixture.integers(name + "/targets").map(Int32.init), on: device)
  }

  private func expectGradient(_ tensor: Tensor, _ name: String, times factor: Float = 1) throws {
    let gradient = try #require(try tensor.gradientValues())
    #expect(relativeError(gradient, try fixture.floats(name).map { $0 * factor }) <= 1e-5, "\(name)")
  }

  @Test(arguments: InstructionSet.available, [("crossEntropy", Float(0)), ("crossEntropySmooth", 0.1)])
  func crossEntropyAgrees(_ instructions: InstructionSet, _ kind: (name: String, smoothing: Float)) throws {
    let device = try instructions.device()
    let name = kind.name
    let logits = try floats(name + "/logits", on: device, needsGradient: true)
    for pass in 1...2 {
      let tape = Tape(inference: device, recording: true)
      let losses = try tape.crossEntropy(
        logits, targets: targets(name, on: device), factors: floats(name + "/factors", on: device),
        smoothing: kind.smoothing)
      #expect(relativeError(try losses.values(), try fixture.floats(name + "/losses")) <= 1e-5)
      try tape.backward()
      try expectGradient(logits, name + "/grad.logits", times: Float(pass))
    }
  }

  @Test(
    arguments: InstructionSet.available,
    [("linearCrossEntropy", Float(0)), ("linearCrossEntropySmooth", 0.1)])
  func linearCrossEntropyAgrees(
    _ instructions: InstructionSet, _ kind: (name: String, smoothing: Float)
  ) throws {
    let device = try instructions.device()
    let name = kind.name
    let hidden = try floats(name + "/hidden", on: device, needsGradient: true)
    let weight = try floats(name + "/weight", on: device, needsGradient: true)
    for pass in 1...2 {
      let tape = Tape(inference: device, recording: true)
      let result = try tape.linearCrossEntropy(
        hidden, weight: weight, targets: targets(name, on: device),
        factors: floats(name + "/factors", on: device), smoothing: kind.smoothing)
      #expect(relativeError(try result.losses.values(), try fixture.floats(name + "/losses")) <= 1e-5)
      let predictions = try result.predictions.integerValues().map(Int.init)
      #expect(predictions == (try fixture.integers(name + "/predictions")))
      try tape.backward()
      try expectGradient(hidden, name + "/grad.hidden", times: Float(pass))
      try expectGradient(weight, name + "/grad.weight", times: Float(pass))
    }
  }

  /// Many rows and classes go through several chunks, gathered where some rows are ignored; the plain loss of the full
  /// logits has to say the same.
  @Test(arguments: InstructionSet.available)
  func chunksOfRowsAgreeWithTheFullLogits(_ instructions: InstructionSet) throws {
    let device = try instructions.device(threads: 3)
    let rows = 300
    let classes = 33_000
    func random(_ shape: [Int], stream: UInt32) throws -> Tensor {
      let tensor = try Tensor(shape, on: device, needsGradient: true)
      try tensor.fillNormal(mean: 0, deviation: 0.7, seed: 3, step: 0, stream: stream)
      return tensor
    }
    let hidden = try random([rows, 8], stream: 1)
    let weight = try random([classes, 8], stream: 2)
    let targets = try Tensor(
      indices: (0..<rows).map { $0 % 7 == 3 ? -100 : Int32($0 * 109 % classes) }, on: device)
    let factors = try Tensor((0..<rows).map { 1 / Float(1 + $0 % 3) }, [rows], on: device)

    let chunked = Tape(inference: device, recording: true)
    let result = try chunked.linearCrossEntropy(
      hidden, weight: weight, targets: targets, factors: factors, smoothing: 0.05)
    try chunked.backward()
    let hiddenGradient = try #require(try hidden.gradientValues())
    let weightGradient = try #require(try weight.gradientValues())
    hidden.clearGradient()
    weight.clearGradient()

    let full = Tape(inference: device, recording: true)
    let logits = try full.linear(hidden, weight)
    let losses = try full.crossEntropy(logits, targets: targets, factors: factors, smoothing: 0.05)
    try full.backward()
    #expect(relativeError(try result.losses.values(), try losses.values()) < 1e-6)
    #expect(relativeError(hiddenGradient, try #require(try hidden.gradientValues())) < 1e-5)
    #expect(relativeError(weightGradient, try #require(try weight.gradientValues())) < 1e-5)

    let alone = try Tape(inference: device).linearCrossEntropy(
      hidden, weight: weight, targets: targets, factors: factors, smoothing: 0.05)
    #expect(try alone.losses.values() == result.losses.values())
  }

  @Test func binaryCrossEntropyAgrees() throws {
    let device = try Device.cpu(threads: 2)
    let name = "binaryCrossEntropy"
    let logits = try floats(name + "/logits", on: device, needsGradient: true)
    for pass in 1...2 {
      let tape = Tape(inference: device, recording: true)
      let losses = try tape.binaryCrossEntropy(
        logits, targets: floats(name + "/targets", on: device), factors: floats(name + "/factors", on: device)
      )
      #expect(relativeError(try losses.values(), try fixture.floats(name + "/losses")) <= 1e-6)
      try tape.backward()
      try expectGradient(logits, name + "/grad.logits", times: Float(pass))
    }
  }

  /// A factor of 0 leaves an element out, whatever its target is.
  @Test func binaryCrossEntropyLeavesOutElementsWithoutAFactor() throws {
    let device = try Device.cpu(threads: 1)
    let logits = try Tensor([2, 3], [2], on: device, needsGradient: true)
    let targets = try Tensor([.nan, 1], [2], on: device)
    let tape = Tape(inference: device, recording: true)
    let losses = try tape.binaryCrossEntropy(
      logits, targets: targets, factors: Tensor([0, 2], [2], on: device))
    #expect(try losses.values()[0] == 0)
    #expect(try #require(try logits.gradientValues())[0] == 0)
  }

  /// No target at all: no loss, and gradients of zero rather than what the memory held.
  @Test func ignoredRowsGiveZeroGradients() throws {
    let device = try Device.cpu(threads: 1)
    let hidden = try Tensor([Float](repeating: 2, count: 12), [3, 4], on: device, needsGradient: true)
    let weight = try Tensor([Float](repeating: 1, count: 20), [5, 4], on: device, needsGradient: true)
    let tape = Tape(inference: device, recording: true)
    let result = try tape.linearCrossEntropy(
      hidden, weight: weight, targets: Tensor(indices: [-100, -100, -100], on: device),
      factors: Tensor([1, 1, 1], [3], on: device))
    #expect(try result.losses.values() == [0, 0, 0])
    #expect(try result.predictions.integerValues() == [-1, -1, -1])
    #expect(try hidden.gradientValues() == [Float](repeating: 0, count: 12))
    #expect(try weight.gradientValues() == [Float](repeating: 0, count: 20))
  }
}
