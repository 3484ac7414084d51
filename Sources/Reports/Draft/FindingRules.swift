internal import Studies

/// Which sides, places and severities go together with a finding. The grammar of a draft enforces these as it is written,
/// and a draft from elsewhere is checked against them.
enum FindingRules {
  /// A paired finding that may be there has a side; a finding of the midline has none.
  static func lateralities(of code: FindingCode, _ presence: Presence) -> [Laterality] {
    guard code.isSided else { return [.midline, .none] }
    switch presence {
    case .present, .uncertain: return [.left, .right, .bilateral, .unknown]
    case .absent, .notAssessed: return [.left, .right, .bilateral, .none]
    }
  }

  /// Where a finding may be said to lie; nil among them: not said. What is not there has no place.
  static func locations(of code: FindingCode, _ presence: Presence, _ laterality: Laterality) -> [Location?] {
    guard presence == .present || presence == .uncertain else { return [nil] }
    switch code {
    case .cardiomegaly: return [.heart, nil]
    case .aorticAneurysm, .pneumomediastinum, .endotrachealTube, .centralLine, .feedingTube:
      return [.mediastinum, nil]
    case .pacemaker: return [.heart, .chest, nil]
    case .lymphadenopathy: return [.hilum, .mediastinum, nil]
    case .ribFracture, .chestTube: return [.upperZone, .middleZone, .lowerZone, .chest, .pleura, nil]
    case .pleuralEffusion, .pneumothorax: return [.upperZone, .middleZone, .lowerZone, .pleura, nil]
    default:
      let anywhere: [Location?] = [
        .upperZone, .middleZone, .lowerZone, .upperLobe, .lowerLobe, .lung, .hilum, .pleura, nil,
      ]
      return laterality == .right ? anywhere + [.rightMiddleLobe] : anywhere
    }
  }

  static func severities(_ presence: Presence) -> [Severity] {
    presence == .present || presence == .uncertain ? Severity.allCases : [.none]
  }
}
