import Benchmarks
import Console
import Groundwork
import Tensors

/// `lightbox benchmark images`.
enum ImageMeasurement {
  static let directory = Parameter.operand("DIRECTORY", "where the images are", .directory)
  static let size = Parameter.option(
    "size", "N", "pixels along each side of what an encoder takes", .integer(1...4096), default: 224)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let directory = try arguments[directory]
    let passes = try arguments[CommonMeasurement.repetitions]
    let progress = try CommonMeasurement.progress(
      "benchmark images", "images", total: passes * ImageBenchmark.images(below: directory).count, arguments,
      session)
    let result = try ImageBenchmark.run(directory, size: try arguments[size], passes: passes) {
      progress.advance()
    }
    progress.finish()
    let facts = try Device.cpu().facts()
    let bandwidth = Double(result.bytes) / result.passes.median
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("images", .integer(result.images)), ("bytes", .integer(result.bytes)),
          ("size", .integer(result.size)), ("pass_seconds", result.passes.json),
          ("reading_seconds", .number(result.readingSeconds)),
          ("images_per_second", .number(result.imagesPerSecond)), ("bytes_per_second", .number(bandwidth)),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    try session.say(
      "\(result.images) images, \(ByteCount.text(result.bytes)): \(result.imagesPerSecond.text(decimals: 1)) images/s and "
        + "\(ByteCount.text(Int(bandwidth)))/s on one thread; "
        + "\((100 * result.readingSeconds / result.passes.median).text(decimals: 0)) % of it is reading and decoding"
    )
  }
}
