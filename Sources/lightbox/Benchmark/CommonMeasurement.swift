import Benchmarks
import Console
import Groundwork
import Tensors

/// What the answers of all benchmarks share.
enum CommonMeasurement {
  static let repetitions = Parameter.option(
    "repetitions", "N", "how often the work is measured", .integer(1...), default: 5)

  /// The facts with which every answer in JSON begins, then its own members.
  static func answer(_ members: [(String, JSON)], about facts: Device.Facts, in session: Session) throws {
    let common: [(String, JSON)] = [
      ("lightbox", .string(Lightbox.version)), ("machine", Machine().json), ("device", facts.json),
    ]
    try session.answer(.object(JSONObject(common + members)))
  }

  /// The line with which every answer for people begins.
  static func introduce(_ facts: Device.Facts, in session: Session) throws {
    try session.say("\(facts.name), \(facts.instructions), \(facts.threads) threads, \(facts.products)")
  }

  static func progress(
    _ title: String, _ things: String, total: Int, _ arguments: Arguments, _ session: Session
  ) throws -> Progress {
    Progress(
      ProgressState(title, .things(things), total: total), in: session,
      quiet: try arguments[CommonOption.quiet])
  }

  static func gigaflops(_ rate: Double) -> String { "\((rate / 1e9).text(decimals: 1)) GFLOP/s" }
}

extension Measurement {
  var json: JSON { .array(seconds.map(JSON.number)) }
}
