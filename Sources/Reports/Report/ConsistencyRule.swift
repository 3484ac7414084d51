internal import Groundwork
internal import Studies

/// What must hold inside a report. Each rule is a function of the report (`Report.violations(of:)`).
public enum ConsistencyRule: String, CaseIterable, Sendable {
  /// The text of a finding says it is there, doubtful or absent as its field does.
  case textPolarity = "text_polarity"
  /// The text of a finding names the side of its field.
  case textSide = "text_side"
  /// The Chinese and the English text yield the same labels and name the same diseases.
  case languagesAgree = "languages_agree"
  /// What the impression says of a finding is what the findings say.
  case impressionAgrees = "impression_agrees"
  /// "Normal" stands beside no finding that is there.
  case normalExcludesPresent = "normal_excludes_present"
  /// Each conclusion and each diagnosis points to findings of the report.
  case pointsToFinding = "points_to_finding"
  /// Evidence lies inside its image.
  case boxInsideImage = "box_inside_image"
  /// What is present is not improbable, what is absent not probable (thresholds of `ProbabilityBand`).
  case probabilityFits = "probability_fits"
  /// A critical rule that fires is listed and makes the report critical, and no other is listed.
  case criticalIsListed = "critical_is_listed"
  /// A report is critical for a critical rule and for nothing else, and no routine matter where something is recommended
  /// within a day.
  case urgencyFits = "urgency_fits"
  /// Texts are made of words: no letters of one script run into another's, no capital inside a word.
  case textsAreWords = "texts_are_words"
  /// Codes stand in our tables, each finding once, and SNOMED CT codes have their check digit.
  case codesAreValid = "codes_are_valid"
  /// What lies in the midline has no side, and what is paired and there has one.
  case sideFitsFinding = "side_fits_finding"
  /// No sentence stands twice.
  case noRepetition = "no_repetition"
}

/// A place where a rule does not hold; `path` as in `findings[2].text`.
public struct Violation: Equatable, Sendable {
  public let rule: ConsistencyRule
  public let path: String
}

extension Report {
  /// Every violation of every rule.
  public var violations: [Violation] { ConsistencyRule.allCases.flatMap { violations(of: $0) } }

  public func violations(of rule: ConsistencyRule) -> [Violation] {
    places(violating: rule).map { Violation(rule: rule, path: $0) }
  }

  private func places(violating rule: ConsistencyRule) -> [String] {
    switch rule {
    case .textPolarity: findingPlaces(".text") { !$0.textSaysPresence }
    case .textSide: findingPlaces(".text") { !$0.textSaysSide }
    case .languagesAgree: languagePlaces
    case .impressionAgrees: impressionPlaces
    case .normalExcludesPresent:
      findings.contains { $0.isPositive && $0.code != .normal }
        ? findingPlaces("") { $0.code == .normal && $0.presence == .present } : []
    case .pointsToFinding: unlinkedPlaces
    case .boxInsideImage:
      findingPlaces(".evidence") { !$0.evidence.allSatisfy(isInsideItsImage) }
    case .probabilityFits: findingPlaces(".probability") { !$0.probabilityFits }
    case .criticalIsListed: hasItsAlerts ? [] : ["critical"]
    case .urgencyFits: urgency == fittingUrgency ? [] : ["urgency"]
    case .textsAreWords:
      texts.filter { !WordForm.isWords(chinese: $0.text.chinese, english: $0.text.english) }.map(\.path)
    case .codesAreValid: codePlaces
    case .sideFitsFinding:
      findingPlaces(".laterality") { $0.code != .normal && !$0.sideFits }
    case .noRepetition: repeatedPlaces
    }
  }

  private func findingPlaces(_ member: String, where isWrong: (Item) -> Bool) -> [String] {
    findings.indices.filter { isWrong(findings[$0]) }.map { "findings[\($0)]\(member)" }
  }

  /// The texts of the report with their places.
  private var texts: [(path: String, text: BilingualText)] {
    findings.enumerated().map { ("findings[\($0.offset)].text", $0.element.text) }
      + impression.enumerated().map { ("impression[\($0.offset)].text", $0.element.text) }
      + recommendation.enumerated().map { ("recommendation[\($0.offset)].text", $0.element.text) }
  }

  private var languagePlaces: [String] {
    texts.filter { entry in
      !FindingLabel.agree(entry.text.chinese, entry.text.english)
        || !DiseaseWords.agree(chinese: entry.text.chinese, english: entry.text.english)
    }.map(\.path)
  }

  private var impressionPlaces: [String] {
    let labeller = RuleLabeller()
    return impression.indices.filter { index in
      let text = impression[index].text
      let labels = labeller.labels(of: text.chinese) + labeller.labels(of: text.english)
      return labels.contains { contradicts($0) } || (labels.saysNormal && hasAbnormality)
    }.map { "impression[\($0)].text" }
  }

  /// Whether a label of the impression says otherwise than the findings. One the findings do not state contradicts them when
  /// it is said to be there.
  private func contradicts(_ label: FindingLabel) -> Bool {
    if label.code == .normal { return false }
    guard let item = findings.first(where: { $0.code == label.code }) else {
      return label.presence == .present || label.presence == .uncertain
    }
    switch (label.presence, item.presence) {
    case (.present, .absent), (.present, .uncertain), (.present, .notAssessed), (.uncertain, .absent),
      (.absent, .present):
      return true
    default: break
    }
    guard item.isPositive, label.presence != .absent else { return false }
    if let severity = label.severity, item.severity != .none, severity != item.severity { return true }
    guard let side = label.laterality else { return false }
    return item.laterality != .unknown && item.laterality != side && item.laterality != .bilateral
  }

  /// Whether something is there or may be that is no device.
  private var hasAbnormality: Bool {
    findings.contains {
      $0.isPositive && $0.code != .normal
        && !Observation.observations(of: $0.code).contains(.supportDevices)
    }
  }

  private var unlinkedPlaces: [String] {
    let ids = Set(findings.map(\.id))
    func isLinked(_ links: [String]) -> Bool { !links.isEmpty && links.allSatisfy(ids.contains) }
    return impression.indices.filter { !isLinked(impression[$0].findingIDs) }.map { "impression[\($0)]" }
      + differential.indices.filter {
        !isLinked(differential[$0].supporting) || !differential[$0].against.allSatisfy(ids.contains)
      }.map { "differential[\($0)]" }
  }

  private func isInsideItsImage(_ evidence: Evidence) -> Bool {
    frame(of: evidence)?.contains(evidence) ?? false
  }

  func frame(of evidence: Evidence) -> ReportContext.Image? {
    context.images.first { $0.instanceUID == evidence.instanceUID }
  }

  private var hasItsAlerts: Bool {
    let fired = firedAlerts
    return (fired.isEmpty || urgency == .critical) && fired.count == critical.count
      && fired.allSatisfy(critical.contains)
  }

  /// How urgent the report is, judged by its alerts and by when something is to be done.
  var fittingUrgency: Urgency {
    if !firedAlerts.isEmpty { return .critical }
    let isSoon = recommendation.contains { $0.within.hours <= FollowUp.oneDay.hours }
    return urgency == .critical || isSoon ? .urgent : urgency
  }

  private var codePlaces: [String] {
    let terms = findings.enumerated().flatMap { index, item in
      [("findings[\(index)].code", item.code.term)]
        + item.locations.map { ("findings[\(index)].location", $0.term) }
    }
    let twice = findings.indices.filter { index in
      findings.prefix(index).contains { $0.code == findings[index].code }
    }
    return twice.map { "findings[\($0)].code" }
      + terms.filter { $0.1.system == .snomed && !VerhoeffCheckDigit.isValid($0.1.code) }.map(\.0)
      + differential.indices.filter { DiagnosisCode(icd10: differential[$0].code.icd10) == nil }
      .map { "differential[\($0)].icd10" }
  }

  private var repeatedPlaces: [String] {
    // Findings say each their own; impression and recommendation are written freely.
    let written = texts.filter { !$0.path.hasPrefix("findings") }
    var seen: Set<String> = []
    return written.filter { entry in
      Sentences.split(entry.text.chinese).contains { !seen.insert("zh" + $0).inserted }
        || Sentences.split(entry.text.english).contains { !seen.insert("en" + $0).inserted }
    }.map(\.path)
  }
}

extension Report.Item {
  private var labels: [FindingLabel] {
    let labeller = RuleLabeller()
    return (labeller.labels(of: text.chinese) + labeller.labels(of: text.english)).filter { $0.code == code }
  }

  fileprivate var textSaysPresence: Bool { !labels.isEmpty && labels.allSatisfy { $0.presence == presence } }

  fileprivate var textSaysSide: Bool {
    let named = labels.compactMap(\.laterality)
    switch laterality {
    case .left, .right, .bilateral:
      return !labels.isEmpty && named.count == labels.count && named.allSatisfy { $0 == laterality }
    case .midline, .none, .unknown: return named.isEmpty || locations.contains(.rightMiddleLobe)
    }
  }

  fileprivate var probabilityFits: Bool {
    guard let band else { return true }
    switch presence {
    case .present: return band != .low
    case .absent: return band != .high
    case .uncertain: return true
    case .notAssessed: return false
    }
  }

  fileprivate var sideFits: Bool { FindingRules.lateralities(of: code, presence).contains(laterality) }
}

extension ReportContext.Image {
  /// Whether a box of evidence lies inside the image and is not empty.
  fileprivate func contains(_ evidence: Report.Evidence) -> Bool {
    guard let box = evidence.box else { return true }
    return box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && box.x + box.width <= Double(width)
      && box.y + box.height <= Double(height)
  }
}

extension [FindingLabel] {
  /// Whether all is said to be normal, and nothing besides.
  fileprivate var saysNormal: Bool {
    contains { $0.code == .normal && $0.presence == .present }
      && !contains { $0.code != .normal && ($0.presence == .present || $0.presence == .uncertain) }
  }
}

extension FindingLabel {
  /// Whether two texts say the same of the same findings, in any order.
  static func agree(_ first: String, _ second: String) -> Bool {
    let labeller = RuleLabeller()
    let (left, right) = (labeller.labels(of: first), labeller.labels(of: second))
    return left.count == right.count && left.allSatisfy { label in right.contains { label.agrees(with: $0) } }
  }

  /// The same finding with the same presence and side; a degree may be left out.
  private func agrees(with other: FindingLabel) -> Bool {
    code == other.code && presence == other.presence && laterality == other.laterality
      && (severity == nil || other.severity == nil || severity == other.severity)
  }
}
