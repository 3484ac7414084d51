import Benchmarks
import Console
import Groundwork
import Tensors

/// `lightbox benchmark tokenizer`.
enum TokenizerMeasurement {
  static let tokenizer = Parameter.operand("MODEL", "a model directory, or its tokenizer.json", .path)
  static let text = Parameter.operand("FILE", "a text in UTF-8", .path)
  static let threads = Parameter.option(
    "threads", "N", "threads of a second measurement; by default as many as there are processors",
    .integer(1...256))

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let passes = try arguments[CommonMeasurement.repetitions]
    let threads = try arguments[threads] ?? Machine().usableProcessors
    let progress = try CommonMeasurement.progress(
      "benchmark tokenizer", "passes", total: threads > 1 ? 2 * passes : passes, arguments, session)
    let result = try TokenizerBenchmark.run(
      try arguments[tokenizer], text: try arguments[text], passes: passes, threads: threads,
      onPass: { progress.advance() })
    progress.finish()
    let facts = try Device.cpu().facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("bytes", .integer(result.bytes)), ("lines", .integer(result.lines)),
          ("tokens", .integer(result.tokens)), ("loading_seconds", .number(result.loadingSeconds)),
          ("runs", .array(result.runs.map { json($0, result) })),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say(
      "\(ByteCount.text(result.bytes)) in \(result.lines) lines, \(result.tokens) tokens; "
        + "opened in \((1000 * result.loadingSeconds).text(decimals: 0)) ms")
    for run in result.runs {
      let rate = Double(result.bytes) / run.passes.median
      let first = Double(result.bytes) / run.passes.seconds[0]
      try session.say(
        "\(run.threads) thread\(run.threads == 1 ? "" : "s"): \((rate / 1e6).text(decimals: 2)) MB/s, "
          + "\((Double(result.tokens) / run.passes.median).text(decimals: 0)) tokens/s, "
          + "\((first / 1e6).text(decimals: 2)) MB/s in the first pass")
    }
  }

  private static func json(_ run: TokenizerBenchmark.Run, _ result: TokenizerBenchmark.Result) -> JSON {
    [
      "threads": .integer(run.threads), "pass_seconds": run.passes.json,
      "bytes_per_second": .number(Double(result.bytes) / run.passes.median),
      "tokens_per_second": .number(Double(result.tokens) / run.passes.median),
    ]
  }
}
