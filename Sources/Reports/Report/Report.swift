public import Studies

/// A structured report on a chest radiograph study, `cxr-report/1`: a draft by a program, for a physician to verify.
///
/// The clinical part comes from a model or from a record; identity, codes, provenance and notice are filled in by the
/// program.
public struct Report: Equatable, Sendable {
  public static let schemaName = "cxr-report/1"

  public enum Status: String, CaseIterable, Sendable {
    /// To be verified by a physician.
    case preliminary
    /// The program declined to read the study; `abstention` says why.
    case abstained
    /// The clinical part contradicts itself and must not be used.
    case rejected
  }

  /// Deterministic: the same inputs, model and seed give the same (see `ReportIdentifier`).
  public var uid: String
  public var status: Status
  public var context: ReportContext
  /// Red flags first, then the other positive findings, then what is absent or was not assessed.
  public var findings: [Item]
  public var impression: [Conclusion]
  public var differential: [Candidate]
  public var recommendation: [ClinicalDraft.Recommendation]
  public var urgency: Urgency
  public var critical: [Alert]
  /// What was not evaluated, or weakens what was.
  public var limits: [ReportLimit]
  public var abstention: Abstention?

  /// One finding.
  public struct Item: Equatable, Sendable {
    /// As in "f1".
    public var id: String
    public var code: FindingCode
    public var presence: Presence
    public var laterality: Laterality
    public var locations: [Location]
    public var severity: Severity
    public var sizeMillimetres: Double?
    /// Against an earlier study; nil: there is one, but it was not compared.
    public var change: Change?
    /// The calibrated probability that it is present; nil: no classifier knows the finding.
    public var probability: Double?
    public var evidence: [Evidence]
    public var text: BilingualText

    public var band: ProbabilityBand? { probability.map(ProbabilityBand.init) }
  }

  public enum Change: String, CaseIterable, Sendable {
    case new, worse, stable, better
    case noPrior = "no_prior"
  }

  /// Where a finding is seen.
  public struct Evidence: Equatable, Sendable {
    public var instanceUID: String
    /// In pixels of the frame in the file; nil: only a heat map.
    public var box: PixelBox?
    /// The file of a heat map, relative to the report.
    public var heatmap: String?

    public init(instanceUID: String, box: PixelBox?, heatmap: String? = nil) {
      self.instanceUID = instanceUID
      self.box = box
      self.heatmap = heatmap
    }
  }

  /// A sentence of the impression; its rank is its place.
  public struct Conclusion: Equatable, Sendable {
    public var text: BilingualText
    public var findingIDs: [String]
  }

  /// A diagnosis of the differential; its rank is its place.
  public struct Candidate: Equatable, Sendable {
    public var code: DiagnosisCode
    /// nil: the diagnoses are ranked but not weighed.
    public var probability: Double?
    /// Findings that speak for it, and absent ones that speak against it.
    public var supporting: [String]
    public var against: [String]
  }

  /// A red flag (危急值).
  public struct Alert: Equatable, Sendable {
    public var findingID: String
    public var rule: CriticalRule
  }

  /// Why no reading was made.
  public struct Abstention: Equatable, Sendable {
    public var reasons: [Reason]

    public init(_ reasons: [Reason]) { self.reasons = reasons }

    public var text: BilingualText {
      BilingualText(
        "未出具诊断意见：\(reasons.map(\.text.chinese).joined(separator: "；"))。",
        "No reading was made: \(reasons.map(\.text.english).joined(separator: "; ")).")
    }

    public enum Reason: String, CaseIterable, Sendable {
      case noImage = "no_image"
      case modality
      case view
      case bodyPart = "body_part"
      case pixelsOutOfRange = "pixels_out_of_range"
      case quality
      case tooManyCandidates = "too_many_candidates"
      case textAndFieldsDisagree = "text_and_fields_disagree"

      public var text: BilingualText {
        switch self {
        case .noImage: BilingualText("没有可读的影像", "there is no readable image")
        case .modality: BilingualText("检查类型不在预期用途内", "the modality is outside the intended use")
        case .view: BilingualText("投照体位不在预期用途内", "the view is outside the intended use")
        case .bodyPart: BilingualText("检查部位不在预期用途内", "the body part is outside the intended use")
        case .pixelsOutOfRange:
          BilingualText("像素统计超出训练范围", "the pixel statistics are outside the range of training")
        case .quality: BilingualText("影像质量不足", "the image quality is insufficient")
        case .tooManyCandidates: BilingualText("候选诊断过多，无法给出结论", "too many findings remain possible")
        case .textAndFieldsDisagree: BilingualText("文字与结构化字段矛盾", "text and fields disagree")
        }
      }
    }
  }

  /// What every report says about itself.
  public static let notice = BilingualText(
    "AI 生成，未经医师审核，不得作为诊断依据。",
    "AI draft, not verified by a physician. Not for diagnosis.")
}

/// How likely a finding is, in words. The thresholds are part of the format: below 0.3 low, from 0.7 high.
public enum ProbabilityBand: String, CaseIterable, Sendable {
  case low, moderate, high

  public static let lowBelow = 0.3
  public static let highFrom = 0.7

  public init(_ probability: Double) {
    self = probability < Self.lowBelow ? .low : probability < Self.highFrom ? .moderate : .high
  }

  /// What a probability alone says: absent when low, present when high, uncertain between.
  public var presence: Presence {
    switch self {
    case .low: .absent
    case .moderate: .uncertain
    case .high: .present
    }
  }

  public var name: BilingualText {
    switch self {
    case .low: BilingualText("低", "low")
    case .moderate: BilingualText("中", "moderate")
    case .high: BilingualText("高", "high")
    }
  }
}
