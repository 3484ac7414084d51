public import Studies

/// What a text says about a finding.
public struct FindingLabel: Equatable, Sendable {
  public var code: FindingCode
  public var presence: Presence
  /// The side that the text names; nil when it names none.
  public var laterality: Laterality?
  /// How much or how bad, where the text says so.
  public var severity: Severity?

  public init(
    code: FindingCode, presence: Presence, laterality: Laterality? = nil, severity: Severity? = nil
  ) {
    self.code = code
    self.presence = presence
    self.laterality = laterality
    self.severity = severity
  }
}

/// The fourteen observations of chest radiograph labellers, so that labels can be compared across data sets (Irvin et al.,
/// "CheXpert", AAAI 2019, give the list). Filled by our rules, never by that labeller: a vector of these is called `rule-14`.
public enum Observation: String, CaseIterable, Sendable {
  case noFinding = "no_finding"
  case enlargedCardiomediastinum = "enlarged_cardiomediastinum"
  case cardiomegaly
  case lungOpacity = "lung_opacity"
  case lungLesion = "lung_lesion"
  case oedema
  case consolidation
  case pneumonia
  case atelectasis
  case pneumothorax
  case pleuralEffusion = "pleural_effusion"
  case pleuralOther = "pleural_other"
  case fracture
  case supportDevices = "support_devices"

  /// The observations that a finding belongs to. Pneumonia is a diagnosis and no finding implies it.
  public static func observations(of code: FindingCode) -> [Observation] {
    switch code {
    case .normal: [.noFinding]
    case .pneumothorax: [.pneumothorax]
    case .pleuralEffusion: [.pleuralEffusion]
    case .consolidation: [.consolidation, .lungOpacity]
    case .atelectasis, .plateLikeAtelectasis: [.atelectasis, .lungOpacity]
    case .cardiomegaly: [.cardiomegaly, .enlargedCardiomediastinum]
    case .pulmonaryOedema, .kerleyBLines: [.oedema, .lungOpacity]
    case .nodule, .mass: [.lungLesion]
    case .opacity, .infiltrate, .groundGlassOpacity, .interstitialPattern, .reticulonodularPattern, .fibrosis:
      [.lungOpacity]
    case .aorticAneurysm: [.enlargedCardiomediastinum]
    case .ribFracture: [.fracture]
    case .endotrachealTube, .centralLine, .chestTube, .feedingTube, .pacemaker: [.supportDevices]
    case .emphysema, .airTrapping, .pneumomediastinum, .calcification, .lymphadenopathy: []
    }
  }

  /// The `rule-14` vector of a text's labels: present over uncertain over absent, nil where the text says nothing.
  public static func vector(of labels: [FindingLabel]) -> [Presence?] {
    var vector = [Presence?](repeating: nil, count: allCases.count)
    for label in labels {
      for observation in observations(of: label.code) {
        guard let place = allCases.firstIndex(of: observation) else { continue }
        vector[place] = FindingLabel.stronger(vector[place], label.presence)
      }
    }
    return vector
  }
}

extension FindingLabel {
  /// Of two statements about one finding the one that counts: present, then uncertain, then absent.
  static func stronger(_ first: Presence?, _ second: Presence) -> Presence {
    guard let first else { return second }
    let order: [Presence] = [.present, .uncertain, .absent, .notAssessed]
    return order.first { $0 == first || $0 == second } ?? first
  }
}
