import Groundwork
import Reports
import Studies

/// What a text states: a clinical draft or a report as JSON by its fields, any other text by the rule labeller.
public struct StatedReport: Sendable {
  public let labels: [FindingLabel]
  /// ICD-10 codes, the likeliest first; empty for free text.
  public let diagnoses: [String]
  /// nil for free text.
  public let urgency: Urgency?
  /// Whether the text is a valid and consistent draft, or a report that was not rejected.
  public let isValid: Bool
  /// The sentences of the impression, or the whole of a free text.
  public let chinese: String
  public let english: String

  public init(_ text: String) {
    guard let json = try? JSON(parsing: text), json.object != nil else {
      self.init(freeText: text)
      return
    }
    if let draft = try? ClinicalDraft(json) {
      self.init(draft, isValid: true)
    } else if let report = try? Report(parsing: json) {
      self.init(ClinicalDraft(report: report), isValid: report.status == .preliminary, absentOf: report)
    } else {
      self.init(freeText: text)
    }
  }

  private init(_ draft: ClinicalDraft, isValid: Bool, absentOf report: Report? = nil) {
    let others = report?.findings.filter { !$0.isPositive } ?? []
    labels =
      draft.findings.map { FindingLabel(code: $0.code, presence: $0.presence, laterality: $0.laterality) }
      + others.map { FindingLabel(code: $0.code, presence: $0.presence, laterality: $0.laterality) }
    diagnoses = draft.differential.map(\.icd10)
    urgency = draft.urgency
    self.isValid = isValid
    chinese = draft.impression.map(\.chinese).joined()
    english = draft.impression.map(\.english).joined(separator: " ")
  }

  private init(freeText text: String) {
    labels = RuleLabeller().labels(of: text)
    diagnoses = []
    urgency = nil
    isValid = false
    chinese = text
    english = text
  }

  public func label(of code: FindingCode) -> FindingLabel? { labels.first { $0.code == code } }
}
