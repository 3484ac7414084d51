import Console
import Evaluation
import Groundwork

/// An assessment for people.
enum AssessmentTable {
  static func text(_ assessment: ModelAssessment, on terminal: Terminal) -> [String] {
    var summary = Table(columns: [.init("measure"), .init("value", .right)])
    summary.add("studies", "\(assessment.studies)")
    for metric in assessment.scores.metrics { summary.add(metric.name, metric.value.text(decimals: 3)) }
    if assessment.reports > 0 {
      summary.add("reports valid", "\(assessment.validReports) of \(assessment.reports)")
      summary.add("reports distinct", "\(assessment.distinctReports)")
      if let f1 = assessment.reportFindingF1 {
        summary.add("report findings, macro F1", f1.text(decimals: 3))
      }
      if assessment.diagnosed > 0 {
        let share = Double(assessment.rightDiagnoses) / Double(assessment.diagnosed)
        summary.add("first diagnosis right", share.text(decimals: 3))
      }
    }
    var lines = [summary.text(on: terminal)]
    if !assessment.findingNames.isEmpty {
      var findings = Table(columns: [
        .init("finding"), .init("present", .right), .init("F1", .right), .init("AUROC", .right),
        .init("F1 in reports", .right),
      ])
      for (index, name) in assessment.findingNames.enumerated() {
        let counts = assessment.scores.findingCounts[index]
        findings.add(
          name, "\(counts.support)", counts.f1.text(decimals: 3),
          assessment.scores.findingAUROC[index].map { $0.text(decimals: 3) } ?? "–",
          assessment.reports > 0 ? assessment.reportFindings[index].f1.text(decimals: 3) : "–")
      }
      lines += ["", findings.text(on: terminal)]
    }
    return lines
  }
}
