import Groundwork

/// Times of the same work done again and again.
public struct Measurement: Sendable {
  /// Seconds of each repetition, in order; never empty.
  public let seconds: [Double]

  /// Does `work` `warmUp` times unmeasured, then `repetitions` times (at least once), each on what `prepare` made for it
  /// outside the time that counts.
  public init<Prepared>(
    warmUp: Int, repetitions: Int, prepare: () throws -> Prepared, _ work: (Prepared) throws -> Void
  ) rethrows {
    for _ in 0..<max(0, warmUp) { try work(try prepare()) }
    seconds = try (0..<max(1, repetitions)).map { _ in
      let prepared = try prepare()
      let start = monotonicSeconds()
      try work(prepared)
      return monotonicSeconds() - start
    }
  }

  public init(warmUp: Int, repetitions: Int, _ work: () throws -> Void) rethrows {
    try self.init(warmUp: warmUp, repetitions: repetitions, prepare: {}) { try work() }
  }

  /// Times that were taken elsewhere; none at all count as one that is not a number.
  public init(seconds: [Double]) { self.seconds = seconds.isEmpty ? [.nan] : seconds }

  public var median: Double {
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  public var least: Double { seconds.min() ?? .nan }
}
