import Fusion
import Groundwork
import Reading
import Reports
import Studies

/// What a model does on the studies of a split: its heads' scores, and the reports it writes.
public struct ModelAssessment: Sendable {
  public private(set) var studies = 0
  public private(set) var scores = HeadScores()
  public let findingNames: [String]
  public let classNames: [String]

  /// Reports written, and how many of them are consistent after at most one repair.
  public private(set) var reports = 0
  public private(set) var validReports = 0
  /// Of the studies with a stated diagnosis: how many there are, and for how many it stands first in the report.
  public private(set) var diagnosed = 0
  public private(set) var rightDiagnoses = 0
  /// For each finding of the head: whether the report has it, against the record.
  public private(set) var reportFindings: [BinaryCounts]
  private var distinct: Set<String> = []

  public init(_ heads: HeadConfiguration) {
    findingNames = heads.findings
    classNames = heads.classes
    reportFindings = heads.findings.map { _ in BinaryCounts() }
  }

  public mutating func add(
    _ study: Study, _ encoded: EncodedStudy, _ interpretation: Interpretation, _ report: Report?
  ) {
    studies += 1
    scores.append(
      [encoded.findings], findingLogits: interpretation.findingLogits, classes: [encoded.classIndex],
      classLogits: interpretation.classLogits)
    guard let report else { return }
    reports += 1
    if report.status == .preliminary { validReports += 1 }
    distinct.insert(interpretation.text)
    if let truth = study.diagnoses.first?.icd10 {
      diagnosed += 1
      if report.differential.first?.code.icd10 == truth { rightDiagnoses += 1 }
    }
    // What is called uncertain counts as said where it is likelier than not.
    let said = report.findings.filter {
      $0.isPositive && ($0.presence == .present || $0.probability ?? 1 >= 0.5)
    }
    let positive = Set(said.map(\.code.rawValue))
    for (index, name) in findingNames.enumerated() {
      guard let truth = encoded.findings[index] else { continue }
      reportFindings[index].add(predicted: positive.contains(name), truth: truth)
    }
  }

  /// The macro F1 of the findings in the reports, over findings that occur.
  public var reportFindingF1: Double? { Self.macroF1(reportFindings) }

  /// Different reports among those written.
  public var distinctReports: Int { distinct.count }

  static func macroF1(_ counts: [BinaryCounts]) -> Double? {
    let occurring = counts.filter { $0.support > 0 }
    return occurring.isEmpty ? nil : occurring.reduce(0) { $0 + $1.f1 } / Double(occurring.count)
  }

  public var json: JSON {
    var object = JSONObject([("studies", .integer(studies))])
    for metric in scores.metrics { object[metric.name] = .number(metric.value) }
    if !findingNames.isEmpty {
      object["findings"] = .object(
        JSONObject(
          zip(findingNames, zip(scores.findingCounts, scores.findingAUROC)).map { name, pair in
            (
              name,
              [
                "f1": .number(pair.0.f1), "auroc": pair.1.map(JSON.number) ?? .null,
                "support": .integer(pair.0.support),
              ]
            )
          }))
    }
    if reports > 0 {
      object["reports"] = .integer(reports)
      object["reports_valid"] = .number(Double(validReports) / Double(reports))
      object["reports_distinct"] = .number(Double(distinctReports) / Double(reports))
      if let reportFindingF1 { object["report_findings_f1"] = .number(reportFindingF1) }
      if diagnosed > 0 { object["diagnosis_accuracy"] = .number(Double(rightDiagnoses) / Double(diagnosed)) }
    }
    return .object(object)
  }
}
