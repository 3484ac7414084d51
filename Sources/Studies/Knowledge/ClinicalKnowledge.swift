/// The same sentence in Chinese and in English.
public struct BilingualText: Equatable, Sendable {
  public var chinese: String
  public var english: String

  public init(_ chinese: String, _ english: String) {
    self.chinese = chinese
    self.english = english
  }
}

/// How soon somebody must act.
public enum Urgency: String, CaseIterable, Sendable, Comparable {
  case routine, urgent, critical

  public static func < (left: Urgency, right: Urgency) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .routine: 0
    case .urgent: 1
    case .critical: 2
    }
  }
}

/// What to do next and by when.
public struct Recommendation: Equatable, Sendable {
  public var text: BilingualText
  /// An ISO 8601 duration, as in "P4W"; "PT0S" is now.
  public var within: String

  public init(_ chinese: String, _ english: String, within: String) {
    text = BilingualText(chinese, english)
    self.within = within
  }
}

/// A red flag (危急值) that must reach the referrer by telephone, with a log of the call.
public enum CriticalRule: String, CaseIterable, Sendable {
  case largePneumothorax = "large_pneumothorax"
  case largeEffusion = "large_effusion"
  case acutePulmonaryOedema = "acute_pulmonary_oedema"
  case suspectedAorticDissection = "suspected_aortic_dissection"
  case airwayForeignBody = "airway_foreign_body"

  public var name: BilingualText {
    switch self {
    case .largePneumothorax: BilingualText("大量气胸，警惕张力性气胸", "large pneumothorax, possible tension")
    case .largeEffusion: BilingualText("大量胸腔积液", "massive pleural effusion")
    case .acutePulmonaryOedema: BilingualText("急性肺水肿", "acute pulmonary oedema")
    case .suspectedAorticDissection: BilingualText("可疑主动脉夹层", "suspected aortic dissection")
    case .airwayForeignBody: BilingualText("气道异物", "foreign body in the airway")
    }
  }

  /// The rules that findings stated to be present fire, each with the index of its finding.
  public static func fired(by findings: [Finding]) -> [(rule: CriticalRule, finding: Int)] {
    findings.enumerated().compactMap { index, finding in
      guard finding.presence == .present, finding.severity == .severe else { return nil }
      switch finding.code {
      case .pneumothorax: return (.largePneumothorax, index)
      case .pleuralEffusion: return (.largeEffusion, index)
      case .pulmonaryOedema: return (.acutePulmonaryOedema, index)
      default: return nil
      }
    }
  }

  /// The rule that a diagnosis fires by itself.
  public static func fired(by icd10: String) -> CriticalRule? {
    switch icd10 {
    case "I71.0": .suspectedAorticDissection
    case "T17.9": .airwayForeignBody
    default: nil
    }
  }
}

/// Short sentences that say findings and diagnoses as a radiologist writes them, with what follows from them.
///
/// The texts are data for reports on phantom studies, for references to learn from and for checks; a clinic replaces
/// them with its own.
public enum ClinicalKnowledge {
  /// One impression sentence: what is seen with side, zone and severity, and what it means.
  ///
  /// As in 右下肺野中度实变，结合病史考虑肺炎。 and "Moderate consolidation in the right lower zone; with the history,
  /// pneumonia is likely." `findings` are those that support the diagnosis; without any the sentence starts with a clear
  /// chest. A diagnosis without an entry is named as the table of `DiagnosisCode` names it.
  public static func impression(of icd10: String, findings: [Finding]) -> BilingualText {
    let seen = phrase(for: findings.filter { $0.presence == .present })
    let meaning = entries[icd10]?.meaning ?? fallbackMeaning(icd10)
    return BilingualText(
      "\(seen.chinese)，\(meaning.chinese)。", "\(capitalised(seen.english)); \(meaning.english).")
  }

  /// What to do about a diagnosis; for one without an entry, a review by the referrer.
  public static func recommendation(for icd10: String) -> Recommendation {
    entries[icd10]?.recommendation
      ?? Recommendation("请结合临床进一步评估。", "Correlate with the clinical findings.", within: "P2W")
  }

  /// Critical when a critical rule fires, otherwise the most urgent of the diagnoses; routine when there is none.
  public static func urgency(of diagnoses: [String], findings: [Finding]) -> Urgency {
    if !CriticalRule.fired(by: findings).isEmpty { return .critical }
    if diagnoses.contains(where: { CriticalRule.fired(by: $0) != nil }) { return .critical }
    return diagnoses.map { entries[$0]?.urgency ?? .routine }.max() ?? .routine
  }

  /// The diagnoses that have sentences of their own.
  public static var diagnoses: [String] { entries.keys.sorted() }

  /// The findings that speak for a diagnosis, in the order in which an impression should name them.
  public static func supportingFindings(of icd10: String) -> [FindingCode] { entries[icd10]?.support ?? [] }

  private static func fallbackMeaning(_ icd10: String) -> BilingualText {
    guard let code = DiagnosisCode(icd10: icd10) else {
      return BilingualText("请结合临床", "clinical correlation is needed")
    }
    return BilingualText("结合病史考虑\(code.chinese)", "with the history, consider \(code.english)")
  }

  private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
