import DeepSeek
import Fusion
import Groundwork
import Layers
import Tensors

/// Writing token by token: how fast a prompt is read, and how fast one answer comes and several at once.
public struct GenerationBenchmark {
  public struct Writing: Sendable {
    /// Answers that are written at once.
    public let answers: Int
    /// Tokens of all answers in the time that was measured.
    public let tokens: Int
    /// In which every token of every answer went through the model, one a step.
    public let measurement: Measurement

    public var tokensPerSecond: Double { Double(tokens) / measurement.median }
    /// Seconds for one pass over the weights.
    public var secondsOfStep: Double { measurement.median * Double(answers) / Double(tokens) }
  }

  public struct Result: Sendable {
    public let parameters: Int
    /// Bytes of weights that a pass reads for one token.
    public let bytesOfToken: Int
    public let promptTokens: Int
    /// To the first token of the answer.
    public let reading: Measurement
    public let writings: [Writing]

    public var promptTokensPerSecond: Double { Double(promptTokens) / reading.median }
    /// Bytes of weights a second, with this many answers at once.
    public func bandwidth(_ writing: Writing) -> Double { Double(bytesOfToken) / writing.secondsOfStep }
  }

  /// Tokens before an answer whose writing is measured: few, so that it is the weights that count.
  public static let context = 8

  /// A decoder of d = 2048 with random weights: 8 layers, 16 heads, feed-forward 5504, vocabulary 32256.
  public static func randomModel(weights: DType, on device: Device) throws -> JointModel {
    let parameters = ParameterSet(on: device, matrixStorage: weights, storesNarrow: JointModel.isOfTextPath)
    let text = try TextConfiguration(
      vocabularySize: 32256, hiddenSize: 2048, layers: 8, heads: 16, keyValueHeads: 16, feedForwardSize: 5504,
      contextLength: 4096)
    let model = try JointModel(try JointConfiguration(text: text), in: parameters)
    try parameters.initialize(seed: 1)
    return model
  }

  /// - Parameters:
  ///   - promptTokens: random tokens to read.
  ///   - answerTokens: how many of an answer are written; at least 2.
  ///   - answers: how many are written at once, one number for each measure.
  ///   - onRepetition: called `1 + answers.count` times for each repetition and the one before them.
  public static func run(
    _ model: JointModel, promptTokens: Int, answerTokens: Int, answers: [Int], repetitions: Int,
    onRepetition: () -> Void = {}
  ) throws -> Result {
    let text = model.configuration.text
    for asked in [promptTokens + 1, context + answerTokens] where asked > text.contextLength {
      throw BenchmarksError.tooManyTokens(asked: asked, limit: text.contextLength)
    }
    var random = PhiloxGenerator(seed: 1)
    func prompt(_ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: 0..<text.vocabularySize, using: &random) }
    }
    let long = prompt(promptTokens)
    let reading = try Measurement(warmUp: 1, repetitions: repetitions) {
      _ = try model.generate([GenerationRequest(prompt: long, options(1))])
      onRepetition()
    }
    let writings = try answers.map { count -> Writing in
      let prompts = (0..<max(1, count)).map { _ in prompt(context) }
      let measurement = try Measurement(warmUp: 1, repetitions: repetitions) {
        let engine = try GenerationEngine(model, places: prompts.count, capacity: context + answerTokens)
        for prompt in prompts { _ = try engine.add(GenerationRequest(prompt: prompt, options(answerTokens))) }
        // The first step reads every prompt and gives each answer its first token.
        try engine.step { _, _ in .goOn }
        return engine
      } _: { engine in
        while !engine.isIdle { try engine.step { _, _ in .goOn } }
        onRepetition()
      }
      return Writing(
        answers: prompts.count, tokens: prompts.count * (answerTokens - 1), measurement: measurement)
    }
    return Result(
      parameters: model.parameters.elementCount, bytesOfToken: bytesOfToken(model),
      promptTokens: promptTokens, reading: reading, writings: writings)
  }

  // No token ends an answer, so that each repetition writes as many.
  private static func options(_ tokens: Int) -> GenerationOptions {
    GenerationOptions(maximumTokens: tokens, endTokens: [])
  }

  /// All parameters of the text transformer but the table of embeddings, of which a token reads one row; a tied table is the
  /// output layer as well.
  private static func bytesOfToken(_ model: JointModel) -> Int {
    model.parameters.parameters.reduce(0) { sum, parameter in
      let isTable = parameter.name == "model.embed_tokens.weight" && !model.configuration.text.tiesEmbeddings
      let counts = JointModel.isOfTextPath(parameter.name) && !isTable
      return counts ? sum + parameter.tensor.byteCount : sum
    }
  }
}
