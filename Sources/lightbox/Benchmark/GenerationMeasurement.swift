import Benchmarks
import Console
import Fusion
import Groundwork
import Tensors

/// `lightbox benchmark generate`.
enum GenerationMeasurement {
  static let model = Parameter.operand(optional: "MODEL", "a model directory", .path)
  static let promptTokens = Parameter.option(
    "prompt-tokens", "N", "tokens of the prompt", .integer(1...), default: 128)
  static let answerTokens = Parameter.option(
    "max-tokens", "N", "tokens that are written", .integer(2...), default: 128)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let device = try Device.cpu()
    let model =
      try arguments[model].map { try JointModel.load($0, on: device) }
      ?? GenerationBenchmark.randomModel(on: device)
    let repetitions = try arguments[CommonMeasurement.repetitions]
    let progress = try CommonMeasurement.progress(
      "benchmark generate", "answers", total: repetitions + 1, arguments, session)
    let result = try GenerationBenchmark.run(
      model, promptTokens: try arguments[promptTokens], answerTokens: try arguments[answerTokens],
      repetitions: repetitions, onRepetition: { progress.advance() })
    progress.finish()
    let facts = try device.facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("parameters", .integer(result.parameters)), ("prompt_tokens", .integer(result.promptTokens)),
          ("answer_tokens", .integer(result.answerTokens)), ("reading_seconds", result.reading.json),
          ("writing_seconds", result.writing.json),
          ("prompt_tokens_per_second", .number(result.promptTokensPerSecond)),
          ("answer_tokens_per_second", .number(result.answerTokensPerSecond)),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say(
      "\((Double(result.parameters) / 1e6).text(decimals: 1)) M parameters: a prompt of \(result.promptTokens) tokens at "
        + "\(result.promptTokensPerSecond.text(decimals: 0)) tokens/s, an answer of \(result.answerTokens) at "
        + "\(result.answerTokensPerSecond.text(decimals: 1)) tokens/s")
  }
}
