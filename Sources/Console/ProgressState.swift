/// How far some work is, as numbers.
public struct ProgressState: Sendable {
  public enum Unit: Sendable, Equatable {
    /// Things with a name, as in "studies".
    case things(String)
    case bytes
  }

  /// A number that is shown along with the progress, such as the loss, already as text.
  public struct Value: Sendable, Equatable {
    public let name: String
    public let text: String

    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  public let title: String
  public let unit: Unit
  /// nil when nobody knows how much there is.
  public let total: Int?
  public internal(set) var completed: Int
  public internal(set) var values: [Value] = []
  /// Seconds since the start.
  public internal(set) var elapsed = 0.0
  private var samples: [(time: Double, completed: Int)]

  /// `completed` is more than 0 for work that was resumed.
  public init(_ title: String, _ unit: Unit, total: Int?, completed: Int = 0) {
    self.title = title
    self.unit = unit
    self.total = total
    self.completed = completed
    samples = [(0, completed)]
  }

  /// Units a second over the last half minute; nil as long as it cannot be told.
  public var rate: Double? {
    guard let first = samples.first, elapsed > first.time, completed > first.completed else { return nil }
    return Double(completed - first.completed) / (elapsed - first.time)
  }

  /// The part that is done, 0 … 1; nil without a total.
  public var fraction: Double? {
    guard let total, total > 0 else { return nil }
    return min(1, max(0, Double(completed) / Double(total)))
  }

  /// Seconds until the end at the present rate.
  public var secondsLeft: Double? {
    guard let total, let rate else { return nil }
    return Double(max(0, total - completed)) / rate
  }

  /// Takes note of `completed` units at `elapsed` seconds.
  public mutating func update(completed: Int, elapsed: Double) {
    self.completed = completed
    self.elapsed = max(self.elapsed, elapsed)
    if let last = samples.last, elapsed - last.time >= 1 { samples.append((elapsed, completed)) }
    while samples.count > 2, elapsed - samples[1].time >= 30 { samples.removeFirst() }
  }

  /// The mean rate since the start.
  func overallRate(startingAt start: Int) -> Double? {
    elapsed > 0 && completed > start ? Double(completed - start) / elapsed : nil
  }
}
