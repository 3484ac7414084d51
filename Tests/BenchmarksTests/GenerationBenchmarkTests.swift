import DeepSeek
import Foundation
import Fusion
import Groundwork
import Layers
import Tensors
import Testing

@testable import Benchmarks

@Suite struct GenerationBenchmarkTests {
  private func model() throws -> JointModel {
    let parameters = ParameterSet(on: try Device.cpu())
    let text = try TextConfiguration(
      vocabularySize: 97, hiddenSize: 32, layers: 2, heads: 2, keyValueHeads: 2, feedForwardSize: 48,
      contextLength: 24)
    let model = try JointModel(try JointConfiguration(text: text), in: parameters)
    try parameters.initialize(seed: 1)
    return model
  }

  @Test func promptAndAnswerAreTimedApart() throws {
    let result = try GenerationBenchmark.run(
      model(), promptTokens: 8, answerTokens: 16, answers: [1, 3], repetitions: 3)
    #expect(result.reading.seconds.count == 3 && result.promptTokensPerSecond > 0)
    #expect(result.writings.map(\.answers) == [1, 3] && result.writings.map(\.tokens) == [15, 45])
    #expect(result.writings.allSatisfy { $0.measurement.seconds.count == 3 && $0.tokensPerSecond > 0 })
    // Two layers of 4 × 32² + 3 × 32 × 48 and two norms, the output layer, and the last norm, in float32.
    #expect(result.bytesOfToken == 4 * (2 * (4 * 1024 + 3 * 1536 + 64) + 97 * 32 + 32))
  }

  @Test func moreThanTheModelTakesIsRefused() throws {
    #expect(throws: BenchmarksError.tooManyTokens(asked: 25, limit: 24)) {
      try GenerationBenchmark.run(model(), promptTokens: 8, answerTokens: 17, answers: [1], repetitions: 1)
    }
  }

  @Test func imagesAreLookedForBelowADirectory() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("images-\(UUID().uuidString)")
      .path
    defer { try? File.remove(path) }
    try File.createDirectory(Path.join(path, "deep"))
    try File.writeAtomically(Path.join(path, "studies.jsonl"), "{}\n")
    #expect(throws: BenchmarksError.noImages(path: path)) {
      try ImageBenchmark.run(path, size: 32, passes: 1)
    }
    try File.writeAtomically(Path.join(path, "deep/one.PNG"), "not a picture")
    #expect(try ImageBenchmark.images(below: path) == [Path.join(path, "deep/one.PNG")])
    #expect(throws: (any Error).self) { try ImageBenchmark.run(path, size: 32, passes: 1) }
  }
}
