import Benchmarks
import Console
import Groundwork
import Tensors

/// `lightbox benchmark train`.
enum TrainingMeasurement {
  static let work = Parameter.option(
    "work", "text|joint|both", "what is trained",
    .word(among: TrainingWork.allCases.map(\.rawValue) + ["both"]), default: "both")
  static let steps = Parameter.option("steps", "N", "measured steps", .integer(1...), default: 5)
  static let warmUp = Parameter.option("warm-up", "N", "steps before them", .integer(0...), default: 2)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let name = try arguments[work]
    let works = TrainingWork.allCases.filter { name == "both" || $0.rawValue == name }
    let (warmUp, steps) = (try arguments[warmUp], try arguments[steps])
    let progress = try CommonMeasurement.progress(
      "benchmark train", "steps", total: works.count * (warmUp + steps), arguments, session)
    var results: [TrainingBenchmark.Result] = []
    var productRate = 0.0
    for work in works {
      // A device of its own, and with it memory of its own, for each kind of work.
      let countsAnew = results.isEmpty || MemoryUse.startCountingPeakAnew()
      var result = try TrainingBenchmark(work, on: .cpu()).run(warmUp: warmUp, steps: steps) { _ in
        progress.advance()
      }
      if !countsAnew { result.peakResidentBytes = nil }
      results.append(result)
      productRate = max(productRate, try ProductBenchmark.rate(on: .cpu()))
    }
    progress.finish()
    let facts = try Device.cpu().facts()
    if try arguments[CommonOption.json] {
      let measured = results.map { json($0, productRate) }
      return try CommonMeasurement.answer(
        [("product_gflops", .number(productRate / 1e9)), ("train", .array(measured))], about: facts,
        in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say("products of 2048 by 2048: \(CommonMeasurement.gigaflops(productRate))")
    try session.output.write(table(results, productRate).text(on: session.terminal))
  }

  private static func table(_ results: [TrainingBenchmark.Result], _ productRate: Double) -> Table {
    var table = Table(columns: [
      .init("work"), .init("parameters", .right), .init("step", .right), .init("tokens/s", .right),
      .init("images/s", .right), .init("rate", .right), .init("share", .right), .init("peak memory", .right),
    ])
    for result in results {
      table.add(
        result.work.rawValue, "\((Double(result.parameters) / 1e6).text(decimals: 1)) M",
        "\(result.steps.median.text(decimals: 3)) s", result.tokensPerSecond.text(decimals: 0),
        result.images == 0 ? "" : (Double(result.images) / result.steps.median).text(decimals: 2),
        CommonMeasurement.gigaflops(result.rate), (result.rate / productRate).text(decimals: 2),
        result.peakResidentBytes.map(ByteCount.text) ?? "unknown")
    }
    return table
  }

  private static func json(_ result: TrainingBenchmark.Result, _ productRate: Double) -> JSON {
    [
      "work": .string(result.work.rawValue), "parameters": .integer(result.parameters),
      "tokens": .integer(result.tokens), "images": .integer(result.images),
      "steps": .integer(result.steps.seconds.count), "step_seconds": result.steps.json,
      "median_step_seconds": .number(result.steps.median), "forward_seconds": .number(result.parts.forward),
      "loss_seconds": .number(result.parts.loss), "backward_seconds": .number(result.parts.backward),
      "optimizer_seconds": .number(result.parts.optimizer),
      "tokens_per_second": .number(result.tokensPerSecond), "operations": .number(result.operations),
      "gflops": .number(result.rate / 1e9), "share_of_product_rate": .number(result.rate / productRate),
      "peak_resident_bytes": result.peakResidentBytes.map(JSON.integer) ?? .null,
      "first_loss": .number(result.losses.first ?? .nan), "last_loss": .number(result.losses.last ?? .nan),
    ]
  }
}
