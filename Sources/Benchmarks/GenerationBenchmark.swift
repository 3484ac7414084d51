import DeepSeek
import Fusion
import Groundwork
import Layers
import Tensors

/// Writing token by token: how fast a prompt is read and how fast the answer comes.
public struct GenerationBenchmark {
  public struct Result: Sendable {
    public let parameters: Int
    public let promptTokens: Int
    public let answerTokens: Int
    /// To the first token of the answer.
    public let reading: Measurement
    /// From the first token to the last.
    public let writing: Measurement

    public var promptTokensPerSecond: Double { Double(promptTokens) / reading.median }
    public var answerTokensPerSecond: Double { Double(answerTokens - 1) / writing.median }
  }

  /// A decoder with random weights, of the training benchmark's shape.
  public static func randomModel(on device: Device) throws -> JointModel {
    let parameters = ParameterSet(on: device)
    let model = try JointModel(TrainingWork.text.configuration(), in: parameters)
    try parameters.initialize(seed: 1)
    return model
  }

  /// - Parameters:
  ///   - promptTokens: random tokens to read first.
  ///   - answerTokens: how many are written; at least 2.
  public static func run(
    _ model: JointModel, promptTokens: Int, answerTokens: Int, repetitions: Int, onRepetition: () -> Void = {}
  ) throws -> Result {
    let text = model.configuration.text
    guard promptTokens + answerTokens <= text.contextLength else {
      throw BenchmarksError.tooManyTokens(asked: promptTokens + answerTokens, limit: text.contextLength)
    }
    var random = PhiloxGenerator(seed: 1)
    let prompt = (0..<promptTokens).map { _ in Int.random(in: 0..<text.vocabularySize, using: &random) }
    let batch = try StudyBatch(tokens: [prompt], promptLengths: [prompt.count])
    // No token ends the answer, so that each repetition writes as many.
    let options = GenerationOptions(maximumTokens: answerTokens, endTokens: [])
    var (reading, writing): ([Double], [Double]) = ([], [])
    for repetition in 0...max(1, repetitions) {
      let start = monotonicSeconds()
      var first = start
      var count = 0
      _ = try model.generate(batch, options) { _, _ in
        if count == 0 { first = monotonicSeconds() }
        count += 1
        return true
      }
      let end = monotonicSeconds()
      if repetition > 0 {
        reading.append(first - start)
        writing.append(end - first)
      }
      onRepetition()
    }
    return Result(
      parameters: model.parameters.elementCount, promptTokens: promptTokens, answerTokens: answerTokens,
      reading: Measurement(seconds: reading), writing: Measurement(seconds: writing))
  }
}
