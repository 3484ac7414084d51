import Checkpoints
import Foundation
import Groundwork
import Tensors
import TestSupport
import Testing

@testable import Layers

struct ParameterTests {
  private func set(on device: Device, trainable: Bool = true) throws -> ParameterSet {
    let parameters = ParameterSet(on: device, isTrainable: { trainable && $0 != "frozen.weight" })
    _ = try Linear("first", from: 6, to: 4, bias: true, in: parameters)
    _ = try Linear("frozen", from: 4, to: 3, bias: false, in: parameters)
    _ = try BatchNorm("norm", size: 3, in: parameters)
    return parameters
  }

  @Test func namesAreUnique() throws {
    let parameters = try set(on: Device.cpu())
    #expect { try parameters.declare("first.bias", [4], .zeros) } throws: { "\($0)".contains("first.bias") }
  }

  @Test func startingValuesDependOnSeedAndNameAlone() throws {
    let device = try Device.cpu()
    let whole = try set(on: device)
    try whole.initialize(seed: 9)
    let part = ParameterSet(on: device)
    _ = try Linear("frozen", from: 4, to: 3, bias: false, in: part)
    try part.initialize(seed: 9)
    let value = try #require(whole["frozen.weight"]).tensor.values()
    #expect(try value == part["frozen.weight"]?.tensor.values())
    try part.initialize(seed: 10)
    #expect(try value != part["frozen.weight"]?.tensor.values())
  }

  @Test func onlyTrainedParametersTakeGradientsAndOnlyMatricesDecay() throws {
    let parameters = try set(on: Device.cpu())
    #expect(parameters.trainable.map(\.name) == ["first.weight", "first.bias", "norm.weight", "norm.bias"])
    #expect(parameters.parameters.filter(\.decays).map(\.name) == ["first.weight", "frozen.weight"])
  }

  @Test func whatIsSavedIsLoaded() throws {
    let device = try Device.cpu()
    let saved = try set(on: device)
    try saved.initialize(seed: 2)
    let path = NSTemporaryDirectory() + "lightbox-parameters-\(UUID().uuidString).safetensors"
    defer { unlink(path) }
    try SafetensorsWriter.write(saved.tensorsToSave, to: path)
    let loaded = try set(on: device)
    try loaded.load(SafetensorsFile(path))
    for (one, other) in zip(saved.parameters, loaded.parameters) {
      #expect(try one.tensor.values() == other.tensor.values())
    }
  }

  @Test func frozenMatricesMayBeStoredInBfloat16() throws {
    let device = try Device.cpu()
    let wide = try set(on: device, trainable: false)
    try wide.initialize(seed: 4)
    let narrow = ParameterSet(on: device, matrixStorage: .bfloat16)
    let linear = try Linear("first", from: 6, to: 4, bias: true, in: narrow)
    try narrow.initialize(seed: 4)
    #expect(linear.weight.tensor.dtype == .bfloat16)
    #expect(linear.bias?.tensor.dtype == .float32)
    let values = try #require(wide["first.weight"]).tensor.values()
    #expect(relativeError(try linear.weight.tensor.values(), values) < 0x1p-8)
    let input = try Tensor((0..<12).map { Float($0) / 7 - 1 }, [2, 6], on: device)
    let tape = Tape(inference: device)
    let exact = try tape.linear(input, try #require(wide["first.weight"]).tensor).values()
    let rounded = try tape.linear(input, linear.weight.tensor).values()
    #expect(relativeError(rounded, exact) < 0x1p-7)
  }
}
