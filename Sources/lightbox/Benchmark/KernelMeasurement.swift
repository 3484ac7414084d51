import Benchmarks
import Console
import Groundwork
import Tensors

/// `lightbox benchmark kernels`.
enum KernelMeasurement {
  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let device = try Device.cpu()
    let progress = try CommonMeasurement.progress(
      "benchmark kernels", "kernels", total: KernelBenchmark.kernels, arguments, session)
    let results = try KernelBenchmark(repetitions: try arguments[CommonMeasurement.repetitions], on: device) {
      progress.advance()
    }.run()
    progress.finish()
    let facts = try device.facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer([("kernels", .array(results.map(json)))], about: facts, in: session)
    }
    // The first result is the copy, and the square product is among the others.
    let copy = results.first?.bandwidth ?? .nan
    let product = results.map(\.rate).max() ?? .nan
    var table = Table(columns: [
      .init("kernel"), .init("shape"), .init("time", .right), .init("GB/s", .right), .init("GFLOP/s", .right),
      .init("share", .right),
    ])
    for result in results {
      table.add(
        result.name, result.shape, "\((1000 * result.measurement.median).text(decimals: 3)) ms",
        (result.bandwidth / 1e9).text(decimals: 1),
        result.operations == 0 ? "" : (result.rate / 1e9).text(decimals: 1),
        max(result.bandwidth / copy, result.rate / product).text(decimals: 2))
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.output.write(table.text(on: session.terminal))
  }

  private static func json(_ result: KernelBenchmark.Result) -> JSON {
    [
      "kernel": .string(result.name), "shape": .string(result.shape), "seconds": result.measurement.json,
      "median_seconds": .number(result.measurement.median), "bytes": .number(result.bytes),
      "operations": .number(result.operations), "bytes_per_second": .number(result.bandwidth),
      "gflops": .number(result.rate / 1e9),
    ]
  }
}
