import Archives
import Console
import Studies

/// What a run over an archive did, for people.
enum RunTable {
  static func text(_ summary: RunSummary, on terminal: Terminal) -> String {
    var table = Table(columns: [.init(""), .init("", .right)])
    table.add("new reports", "\(summary.written)")
    for urgency in Urgency.allCases.reversed() {
      guard let count = summary.urgencies[urgency] else { continue }
      table.add("  \(urgency.rawValue)", "\(count)")
    }
    if summary.rejected > 0 { table.add("  void, contradict themselves", "\(summary.rejected)") }
    if summary.present > 0 { table.add("had their report", "\(summary.present)") }
    if summary.refusals > 0 { table.add("refused", "\(summary.refusals)") }
    for reason in Refusal.Reason.allCases {
      guard let count = summary.refused[reason] else { continue }
      table.add("  " + reason.rawValue.split(separator: "_").joined(separator: " "), "\(count)")
    }
    return table.text(on: terminal)
  }
}
