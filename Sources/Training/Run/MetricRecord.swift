public import Groundwork

/// What was measured at one step: a line of `metrics.jsonl`.
public struct MetricRecord: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case training = "train"
    case evaluation
    /// The best checkpoint at the end, on the test split.
    case test
  }

  public struct Metric: Equatable, Sendable {
    public let name: String
    /// May be infinite or no number; a line has null then.
    public let value: Double
  }

  public let kind: Kind
  /// Steps of the optimizer that were done.
  public let step: Int
  /// Epochs that were done, with their fraction.
  public let epoch: Double
  /// When, in UTC (RFC 3339).
  public let time: String
  public let metrics: [Metric]

  /// No metric may be called kind, step, epoch or time.
  public init(
    _ kind: Kind, step: Int, epoch: Double, time: String = UTCTime.now(),
    metrics: KeyValuePairs<String, Double>
  ) {
    self.init(
      kind: kind, step: step, epoch: epoch, time: time,
      metrics: metrics.map { Metric(name: $0.key, value: $0.value) })
  }

  public init(kind: Kind, step: Int, epoch: Double, time: String, metrics: [Metric]) {
    self.kind = kind
    self.step = step
    self.epoch = epoch
    self.time = time
    self.metrics = metrics
  }

  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

extension MetricRecord {
  public var json: JSON {
    var object = JSONObject([
      ("kind", .string(kind.rawValue)), ("step", .integer(step)), ("epoch", .number(epoch)),
      ("time", .string(time)),
    ])
    for metric in metrics { object[metric.name] = metric.value.isFinite ? .number(metric.value) : .null }
    return .object(object)
  }

  /// Nil when the JSON is no such record.
  public init?(_ json: JSON) {
    guard let object = json.object, let kind = object["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let step = object["step"]?.integer, let epoch = object["epoch"]?.number,
      let time = object["time"]?.string
    else { return nil }
    let metrics = object.members.filter { !["kind", "step", "epoch", "time"].contains($0.key) }
    guard metrics.allSatisfy({ $0.value.isNull || $0.value.number != nil }) else { return nil }
    self.init(
      kind: kind, step: step, epoch: epoch, time: time,
      metrics: metrics.map { Metric(name: $0.key, value: $0.value.number ?? .nan) })
  }
}
