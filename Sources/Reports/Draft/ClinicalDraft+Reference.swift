public import Studies

extension ClinicalDraft {
  /// The draft that a model should have written for a report: its positive findings, and its texts brought into the bounds of
  /// the schema. What is absent is left to the classifier.
  public init(report: Report) {
    let positive = report.findings.filter { $0.isPositive && $0.code != .normal }
    self.init(
      findings: positive.prefix(Self.findingLimit).map { Statement($0.finding) },
      impression: report.impression.prefix(Self.impressionLimit).map { Self.fitting($0.text) },
      differential: report.differential.prefix(Self.differentialLimit).map(\.code),
      recommendation: report.recommendation.prefix(Self.recommendationLimit).map {
        Recommendation(text: Self.fitting($0.text), within: $0.within)
      }, urgency: report.urgency)
    if impression.isEmpty { impression = [Self.impression(of: positive.map(\.finding))] }
    if isCritical { urgency = .critical }
  }

  /// The training target of a study: the draft of its structured report, `cxr-report/1`; nil when it has none or its reading
  /// was declined.
  ///
  /// Throws `ReportsError.invalid` when the report is not valid, contradicts itself, or was rejected.
  public init?(reference study: Study) throws(ReportsError) {
    guard let json = study.report else { return nil }
    let report = try Report(parsing: json)
    if report.status == .abstained { return nil }
    if let violation = report.violations.first {
      throw .invalid(
        document: "reference report", path: violation.path,
        reason: "the rule \(violation.rule.rawValue) does not hold")
    }
    guard report.status == .preliminary else {
      throw .invalid(document: "reference report", path: "status", reason: "the report was rejected")
    }
    self.init(report: report)
  }

  /// The draft that follows from what a study record states: its positive findings, one conclusion and one recommendation a
  /// diagnosis, the urgency of `ClinicalKnowledge`.
  public init(statedBy study: Study) {
    let positive = Self.merged(
      study.findings.filter {
        ($0.presence == .present || $0.presence == .uncertain) && $0.code != .normal
      })
    let codes = study.diagnoses.map(\.icd10)
    var conclusions: [BilingualText] = []
    var unexplained = positive
    for code in codes {
      let support = ClinicalKnowledge.supportingFindings(of: code)
      let findings = support.compactMap { code in positive.first { $0.code == code } }
      // A clear chest must not be said of a study that shows something.
      let shown = findings.isEmpty ? positive : findings
      conclusions.append(ClinicalKnowledge.impression(of: code, findings: shown))
      unexplained.removeAll { shown.contains($0) }
    }
    if codes.isEmpty, positive.isEmpty { conclusions.append(Self.impression(of: [])) }
    conclusions += unexplained.map { ClinicalKnowledge.sentence(for: $0) }
    let advice = codes.map { ClinicalKnowledge.recommendation(for: $0) }
    self.init(
      findings: positive.prefix(Self.findingLimit).map(Statement.init),
      impression: conclusions.prefix(Self.impressionLimit).map(Self.fitting),
      differential: codes.prefix(Self.differentialLimit).compactMap { DiagnosisCode(icd10: $0) },
      recommendation: advice.prefix(Self.recommendationLimit).map {
        Recommendation(
          text: Self.fitting($0.text), within: FollowUp(noLongerThan: $0.within) ?? .twoWeeks)
      }, urgency: ClinicalKnowledge.urgency(of: codes, findings: positive))
  }

  /// Each code once: what a record states of several places is said of all of them together.
  private static func merged(_ findings: [Finding]) -> [Finding] {
    var merged: [Finding] = []
    for finding in findings {
      guard let place = merged.firstIndex(where: { $0.code == finding.code }) else {
        merged.append(finding)
        continue
      }
      if finding.presence == .present { merged[place].presence = .present }
      if merged[place].laterality != finding.laterality { merged[place].laterality = .bilateral }
      if merged[place].location != finding.location { merged[place].location = nil }
      let grades: [Severity] = [.none, .mild, .moderate, .severe]
      merged[place].severity = grades.last { $0 == merged[place].severity || $0 == finding.severity }
    }
    return merged
  }

  private static func impression(of findings: [Finding]) -> BilingualText {
    guard !findings.isEmpty else { return BilingualText("心肺未见明显异常。", "Heart and lungs are clear.") }
    let sentences = findings.map { ClinicalKnowledge.sentence(for: $0) }
    return fitting(
      BilingualText(
        sentences.map(\.chinese).joined(), sentences.map(\.english).joined(separator: " ")))
  }

  private static func fitting(_ text: BilingualText) -> BilingualText {
    BilingualText(
      TextClass.line.fitting(text.chinese, limit: chineseLimit, orElse: chineseFallback),
      TextClass.plainLine.fitting(text.english, limit: englishLimit, orElse: englishFallback))
  }
}

extension ClinicalDraft.Statement {
  /// The statement of a record's finding, with the side, place and severity that go with it.
  init(_ finding: Finding) {
    let sides = FindingRules.lateralities(of: finding.code, finding.presence)
    let stated = finding.laterality ?? .none
    // Of paired findings the last side is the one that says nothing; of the others all say nothing.
    let side = sides.contains(stated) ? stated : finding.code.isSided ? sides[sides.count - 1] : .none
    let places = FindingRules.locations(of: finding.code, finding.presence, side)
    let severity = finding.severity ?? .none
    self.init(
      code: finding.code, presence: finding.presence, laterality: side,
      location: places.contains(finding.location) ? finding.location : nil,
      severity: FindingRules.severities(finding.presence).contains(severity) ? severity : .none)
  }
}
