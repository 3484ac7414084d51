import Benchmarks
import Console
import Groundwork
import Tensors
import Tokenization

/// `lightbox benchmark grammar`.
enum GrammarMeasurement {
  static let tokenizer = Parameter.operand(
    optional: "MODEL", "a model directory, or its tokenizer.json", .path)
  static let vocabulary = Parameter.option(
    "vocabulary", "N", "tokens of the random vocabulary, where there is no MODEL", .integer(300...1_000_000),
    default: 102_400)
  static let generations = Parameter.option(
    "generations", "N", "how many reports are written", .integer(1...), default: 1000)
  static let budget = Parameter.option(
    "max-tokens", "N", "the most tokens of one", .integer(1...), default: 384)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let tokens: [[UInt8]?]
    if let path = try arguments[tokenizer] {
      let tokenizer = try Tokenizer(path)
      tokens = (0..<tokenizer.vocabularySize).map {
        tokenizer.isSpecial($0) ? nil : tokenizer.bytes(of: $0)
      }
    } else {
      tokens = GrammarBenchmark.randomTokens(count: try arguments[vocabulary])
    }
    let generations = try arguments[generations]
    let progress = try CommonMeasurement.progress(
      "benchmark grammar", "generations", total: generations, arguments, session)
    let result = try GrammarBenchmark.run(
      tokens: tokens, generations: generations, budget: try arguments[budget],
      onGeneration: { progress.advance() })
    progress.finish()
    let facts = try Device.cpu().facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("vocabulary", .integer(result.vocabulary)),
          ("preparation_seconds", .number(result.preparationSeconds)),
          ("generations", .integer(result.generations)), ("valid", .integer(result.valid)),
          ("masks", .integer(result.masks)), ("forced", .integer(result.forced)),
          ("mean_mask_seconds", .number(result.meanSeconds)),
          ("slowest_mask_seconds", .number(result.slowestSeconds)),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say(
      "a vocabulary of \(result.vocabulary) tokens, arranged in "
        + "\((1000 * result.preparationSeconds).text(decimals: 0)) ms")
    try session.say(
      "\(result.valid) of \(result.generations) generations valid; \(result.masks) masks of "
        + "\((1e6 * result.meanSeconds).text(decimals: 1)) µs in the mean, "
        + "\((1e6 * result.slowestSeconds).text(decimals: 0)) µs at most; \(result.forced) of them left one token"
    )
  }
}
