public import Studies

/// The clinical part of a report: what the model writes, under a grammar that lets nothing else through.
///
/// Its text is compact JSON in a fixed order of keys (see `text`), as `cxr-clinical-1.json` describes it.
public struct ClinicalDraft: Equatable, Sendable {
  /// What is seen and what is stated not to be there, each code once. Empty: nothing to report.
  public var findings: [Statement]
  /// The conclusions, the most important first.
  public var impression: [BilingualText]
  /// Diagnoses that may explain the findings, the likeliest first.
  public var differential: [DiagnosisCode]
  public var recommendation: [Recommendation]
  public var urgency: Urgency

  public init(
    findings: [Statement] = [], impression: [BilingualText], differential: [DiagnosisCode] = [],
    recommendation: [Recommendation] = [], urgency: Urgency = .routine
  ) {
    self.findings = findings
    self.impression = impression
    self.differential = differential
    self.recommendation = recommendation
    self.urgency = urgency
  }

  /// One finding with its side, place and severity.
  public struct Statement: Equatable, Sendable {
    public var code: FindingCode
    public var presence: Presence
    /// `none` where a side has no meaning: a finding of the midline, or one that is not there.
    public var laterality: Laterality
    /// nil: not said. Written as "none".
    public var location: Location?
    public var severity: Severity

    public init(
      code: FindingCode, presence: Presence, laterality: Laterality = .none, location: Location? = nil,
      severity: Severity = .none
    ) {
      self.code = code
      self.presence = presence
      self.laterality = laterality
      self.location = location
      self.severity = severity
    }
  }

  /// What to do next, and by when.
  public struct Recommendation: Equatable, Sendable {
    public var text: BilingualText
    public var within: FollowUp

    public init(text: BilingualText, within: FollowUp) {
      self.text = text
      self.within = within
    }
  }

  /// The findings that a reader must act on: present or uncertain.
  public var positiveFindings: [Statement] { findings.filter(\.isPositive) }
}

extension ClinicalDraft.Statement {
  public var isPositive: Bool { presence == .present || presence == .uncertain }
}
