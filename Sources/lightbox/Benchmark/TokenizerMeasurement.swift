import Benchmarks
import Console
import Groundwork
import Tensors

/// `lightbox benchmark tokenizer`.
enum TokenizerMeasurement {
  static let tokenizer = Parameter.operand("MODEL", "a model directory, or its tokenizer.json", .path)
  static let text = Parameter.operand("FILE", "a text in UTF-8", .path)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let passes = try arguments[CommonMeasurement.repetitions]
    let progress = try CommonMeasurement.progress(
      "benchmark tokenizer", "passes", total: passes, arguments, session)
    let result = try TokenizerBenchmark.run(
      try arguments[tokenizer], text: try arguments[text], passes: passes, onPass: { progress.advance() })
    progress.finish()
    let facts = try Device.cpu().facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("bytes", .integer(result.bytes)), ("lines", .integer(result.lines)),
          ("tokens", .integer(result.tokens)), ("loading_seconds", .number(result.loadingSeconds)),
          ("pass_seconds", result.passes.json), ("bytes_per_second", .number(result.bytesPerSecond)),
          ("tokens_per_second", .number(result.tokensPerSecond)),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say(
      "\(ByteCount.text(result.bytes)) in \(result.lines) lines, \(result.tokens) tokens: "
        + "\((result.bytesPerSecond / 1e6).text(decimals: 2)) MB/s, \(result.tokensPerSecond.text(decimals: 0)) tokens/s "
        + "on one thread, \((Double(result.bytes) / result.passes.seconds[0] / 1e6).text(decimals: 2)) MB/s in the first pass; "
        + "opened in \((1000 * result.loadingSeconds).text(decimals: 0)) ms")
  }
}
