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
    let result = try GenerationBenchmark.run(model(), promptTokens: 8, answerTokens: 16, repetitions: 3)
    #expect(result.reading.seconds.count == 3 && result.writing.seconds.count == 3)
    #expect(result.promptTokensPerSecond > 0 && result.answerTokensPerSecond > 0)
  }

  @Test func moreThanTheModelTakesIsRefused() throws {
    #expect(throws: BenchmarksError.tooManyTokens(asked: 25, limit: 24)) {
      try GenerationBenchmark.run(model(), promptTokens: 9, answerTokens: 16, repetitions: 1)
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
