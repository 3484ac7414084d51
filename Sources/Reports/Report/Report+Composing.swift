public import Studies

extension Report {
  /// What the image classifier and the heat maps say besides the draft.
  public struct Support: Sendable {
    /// The calibrated probability of each finding that the classifier knows.
    public var probabilities: [FindingCode: Double] = [:]
    public var evidence: [FindingCode: [Evidence]] = [:]
    /// The probability of each diagnosis by its ICD-10 code.
    public var diagnoses: [String: Double] = [:]
    public var changes: [FindingCode: Change] = [:]
    /// Stated to be absent, besides what the probabilities say.
    public var absent: [FindingCode] = []
    public var notAssessed: [FindingCode] = []
    /// Whether the draft was cut short by its token budget.
    public var isShortened = false

    public init() {}
  }

  /// The report of a draft: codes, probabilities, evidence and links are added, contradictions repaired once; what still
  /// contradicts itself is `rejected`.
  public init(draft: ClinicalDraft, support: Support = Support(), context: ReportContext) {
    self.init(uid: ReportIdentifier.uid(for: context), context: context)
    addFindings(of: draft, support)
    recommendation = draft.recommendation
    urgency = draft.urgency
    if context.images.isEmpty { withholdFindings() }
    impression =
      context.images.isEmpty
      ? [impressionOfNothing]
      : draft.impression.map { Conclusion(text: $0, findingIDs: findingIDs(namedIn: $0)) }
    differential = candidates(of: draft, support)
    critical = firedAlerts
    if support.isShortened { limits.append(.shortened) }
    if !support.probabilities.isEmpty, context.provenance.calibration.method == .none {
      limits.append(.uncalibrated)
    }
    settle()
  }

  /// A report that declines to read the study.
  public init(abstaining abstention: Abstention, context: ReportContext) {
    self.init(uid: ReportIdentifier.uid(for: context), context: context)
    status = .abstained
    self.abstention = abstention
  }

  private init(uid: String, context: ReportContext) {
    self.uid = uid
    self.context = context
    status = .preliminary
    findings = []
    impression = []
    differential = []
    recommendation = []
    urgency = .routine
    critical = []
    limits = ReportLimit.limits(of: context)
  }

  /// The draft's diagnoses, and the classifier's where it is surer of another than not; the likeliest first.
  private func candidates(of draft: ClinicalDraft, _ support: Support) -> [Candidate] {
    var codes = draft.differential
    let likeliest = support.diagnoses.max { ($0.value, $1.key) < ($1.value, $0.key) }
    if let likeliest, likeliest.value >= 0.5, let code = DiagnosisCode(icd10: likeliest.key),
      !codes.contains(code)
    {
      codes.append(code)
    }
    let found = codes.map { candidate($0, support) }
    guard !support.diagnoses.isEmpty else { return found }
    // Equal ones, such as those the classifier does not know, stay in the model's order.
    return found.enumerated().sorted { first, second in
      let (left, right) = (first.element.probability ?? 0, second.element.probability ?? 0)
      return left == right ? first.offset < second.offset : left > right
    }.map(\.element)
  }

  private mutating func addFindings(of draft: ClinicalDraft, _ support: Support) {
    var statements = draft.findings
    var known = Set(statements.map(\.code))
    // A finding that the classifier sees, or does not rule out, must not be missing for the model's silence.
    for (code, probability) in support.probabilities.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where code != .normal && known.insert(code).inserted {
      switch ProbabilityBand(probability) {
      case .low: statements.append(.init(code: code, presence: .absent))
      case .moderate, .high:
        statements.append(
          .init(code: code, presence: .uncertain, laterality: code.isSided ? .unknown : .none))
        if !limits.contains(.findingFromClassifierOnly) { limits.append(.findingFromClassifierOnly) }
      }
    }
    for (codes, presence) in [(support.absent, Presence.absent), (support.notAssessed, .notAssessed)] {
      for code in codes where code != .normal && known.insert(code).inserted {
        statements.append(.init(code: code, presence: presence))
      }
    }
    findings = statements.map { item($0, support) }
    if !findings.contains(where: \.isPositive) { findings.append(Self.normalItem(context)) }
    sortFindings()
  }

  private func item(_ drafted: ClinicalDraft.Statement, _ support: Support) -> Item {
    var statement = drafted
    // A device is there or not.
    if Observation.observations(of: statement.code).contains(.supportDevices) { statement.severity = .none }
    let isAssessed = statement.presence != .notAssessed
    let prior: Change? = context.priorStudyUID == nil ? .noPrior : nil
    return Item(
      id: "", code: statement.code, presence: statement.presence, laterality: statement.laterality,
      locations: statement.location.map { [$0] } ?? [], severity: statement.severity,
      change: support.changes[statement.code] ?? prior,
      probability: isAssessed ? support.probabilities[statement.code] : nil,
      evidence: statement.isPositive ? support.evidence[statement.code] ?? [] : [],
      text: ClinicalKnowledge.sentence(for: statement.finding))
  }

  static func normalItem(_ context: ReportContext) -> Item {
    Item(
      id: "", code: .normal, presence: .present, laterality: .none, locations: [], severity: .none,
      change: context.priorStudyUID == nil ? .noPrior : nil, evidence: [],
      text: BilingualText("心肺未见明显异常。", "Heart and lungs are clear."))
  }

  /// Red flags first, then what is positive, then the rest, each in the order given; ids follow the order.
  mutating func sortFindings() {
    let ranked = findings.enumerated().sorted { left, right in
      (left.element.sortRank, left.offset) < (right.element.sortRank, right.offset)
    }
    findings = ranked.enumerated().map { place, entry in
      var item = entry.element
      item.id = "f\(place + 1)"
      return item
    }
  }

  private func candidate(_ code: DiagnosisCode, _ support: Support) -> Candidate {
    let speaksFor = ClinicalKnowledge.supportingFindings(of: code.icd10)
    let supporting = findings.filter { $0.isPositive && speaksFor.contains($0.code) }.map(\.id)
    return Candidate(
      code: code, probability: support.diagnoses[code.icd10],
      supporting: supporting.isEmpty ? positiveIDs : supporting,
      against: findings.filter { $0.presence == .absent && speaksFor.contains($0.code) }.map(\.id))
  }

  /// The findings a text speaks of; all the positive ones when it names none.
  func findingIDs(namedIn text: BilingualText) -> [String] {
    let labeller = RuleLabeller()
    let named = labeller.labels(of: text.chinese) + labeller.labels(of: text.english)
    let matching = findings.filter { item in
      named.contains { $0.code == item.code && ($0.presence == .absent) == (item.presence == .absent) }
    }
    return matching.isEmpty ? positiveIDs : matching.map(\.id)
  }

  /// What is present or uncertain; of a normal study, that it is normal; where nothing was assessed, all that was not.
  var positiveIDs: [String] {
    let positive = findings.filter(\.isPositive)
    return (positive.isEmpty ? findings : positive).map(\.id)
  }

  /// The red flags that the findings and diagnoses raise.
  var firedAlerts: [Alert] {
    let byFinding = findings.flatMap { item in item.criticalRules.map { Alert(findingID: item.id, rule: $0) }
    }
    let byDiagnosis = differential.compactMap { candidate -> Alert? in
      guard let rule = CriticalRule.fired(by: candidate.code.icd10) else { return nil }
      return Alert(findingID: candidate.supporting.first ?? positiveIDs.first ?? "", rule: rule)
    }
    return byFinding + byDiagnosis
  }
}

extension Report.Item {
  public var isPositive: Bool { presence == .present || presence == .uncertain }

  /// As a study record would state it.
  public var finding: Finding {
    Finding(
      code: code, presence: presence, laterality: laterality, location: locations.first, severity: severity,
      box: evidence.first?.box)
  }

  public var criticalRules: [CriticalRule] { CriticalRule.fired(by: [finding]).map(\.rule) }

  fileprivate var sortRank: Int {
    switch presence {
    case .present: criticalRules.isEmpty ? 1 : 0
    case .uncertain: 2
    case .absent: 3
    case .notAssessed: 4
    }
  }
}
