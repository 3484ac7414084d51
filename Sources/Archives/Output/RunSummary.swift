public import Groundwork
internal import Reports
public import Studies

/// What a run did.
public struct RunSummary: Sendable, Equatable {
  /// New reports.
  public internal(set) var written = 0
  /// Studies that had their reports already.
  public internal(set) var present = 0
  public internal(set) var refused: [Refusal.Reason: Int] = [:]
  /// Of the new reports that may be used.
  public internal(set) var urgencies: [Urgency: Int] = [:]
  /// New reports that contradict themselves.
  public internal(set) var rejected = 0
  /// How many of the source's units are done.
  public internal(set) var looked = 0

  public var refusals: Int { refused.values.reduce(0, +) }

  mutating func count(_ report: Report) {
    if report.status == .preliminary { urgencies[report.urgency, default: 0] += 1 }
    if report.status == .rejected { rejected += 1 }
  }

  public var json: JSON {
    [
      "written": .integer(written), "present": .integer(present), "rejected": .integer(rejected),
      "urgency": .object(
        JSONObject(Urgency.allCases.map { ($0.rawValue, .integer(urgencies[$0] ?? 0)) })),
      "refused": .object(
        JSONObject(
          Refusal.Reason.allCases.compactMap { reason in
            refused[reason].map { (reason.rawValue, .integer($0)) }
          })),
    ]
  }
}
