import Checkpoints
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport

@testable import DeepSeek

/// A random decoder made by transformers, and what it computes there (`tools/reference/models.py`).
struct DecoderCase {
  let folder: URL
  let expected: Fixture
  let configuration: TextConfiguration

  init(_ name: String) throws {
    folder = try Fixture.url(name, in: .module)
    expected = try Fixture(path: folder.appending(path: "expected.safetensors").path)
    configuration = try TextConfiguration(
      JSON(parsing: File.read(folder.appending(path: "config.json").path)))
  }

  func model(
    on device: Device, trainable: Bool = false
  ) throws -> (TextTransformer, ParameterSet) {
    let parameters = ParameterSet(on: device, isTrainable: { _ in trainable })
    let model = try TextTransformer(configuration, in: parameters)
    try parameters.load(SafetensorsFile(folder.appending(path: "model.safetensors").path))
    return (model, parameters)
  }

  func sequences() throws -> [[Int]] {
    let ids = try expected.integers("input_ids")
    let length = try expected.shape("input_ids")[1]
    return [Array(ids[..<length]), Array(ids[length...])]
  }

  /// Targets shifted by one inside each sequence, −100 where there is none.
  func targets() throws -> [Int32] {
    let labels = try expected.integers("labels")
    let length = try expected.shape("labels")[1]
    var targets: [Int32] = []
    for start in stride(from: 0, to: labels.count, by: length) {
      targets += labels[start + 1..<start + length].map { Int32($0) }
      targets.append(-100)
    }
    return targets
  }

  func loss(_ model: TextTransformer, _ tape: Tape) throws -> Float {
    let hidden = try model.hidden(TokenBatch(sequences(), on: tape.device), tape)
    let targets = try targets()
    let share = 1 / Float(targets.filter { $0 >= 0 }.count)
    let losses = try tape.linearCrossEntropy(
      hidden, weight: model.outputWeight, targets: Tensor(indices: targets, on: tape.device),
      factors: Tensor(targets.map { _ in share }, [targets.count], on: tape.device))
    return try losses.losses.values().reduce(0, +) * share
  }
}
