internal import Imaging
public import Studies

/// What a report did not evaluate, or what weakens it.
public enum ReportLimit: Hashable, Sendable {
  /// There is only the complaint.
  case noImage
  case noComplaint
  case noLateralView
  case noFrontalView
  case supine
  case unknownView
  case noPrior
  case priorNotCompared
  case quality
  /// Free air under the diaphragm and the position of tubes have no code in the catalogue.
  case freeAirAndTubePositions
  case uncalibrated
  case shortened
  case findingFromClassifierOnly
  case contradiction(ConsistencyRule)

  public var text: BilingualText {
    switch self {
    case .noImage:
      BilingualText("未见任何影像，仅依据主诉作答", "no image was seen, the answer rests on the complaint alone")
    case .noComplaint: BilingualText("未提供主诉", "no chief complaint was given")
    case .noLateralView: BilingualText("无侧位片", "no lateral view")
    case .noFrontalView: BilingualText("无正位片", "no frontal view")
    case .supine: BilingualText("仰卧位摄片，少量积气积液可能漏诊", "supine film, small effusions and free air may be missed")
    case .unknownView: BilingualText("投照体位未知", "view unknown")
    case .noPrior: BilingualText("无既往片对比", "no prior study")
    case .priorNotCompared: BilingualText("既往片未作对比", "prior study not compared")
    case .quality: BilingualText("影像质量受限", "limited image quality")
    case .freeAirAndTubePositions:
      BilingualText("未评估膈下游离气体及导管位置", "free air under the diaphragm and tube positions not evaluated")
    case .uncalibrated: BilingualText("概率未经校准", "probabilities not calibrated")
    case .shortened: BilingualText("文字因长度上限而缩短", "text shortened to the length limit")
    case .findingFromClassifierOnly:
      BilingualText("含仅由分类器提示的所见", "some findings are suggested by the classifier only")
    case .contradiction(let rule): BilingualText("自相矛盾：\(rule.rawValue)", "contradiction: \(rule.rawValue)")
    }
  }

  private static let plain: [ReportLimit] = [
    .noImage, .noComplaint, .noLateralView, .noFrontalView, .supine, .unknownView, .noPrior,
    .priorNotCompared, .quality,
    .freeAirAndTubePositions, .uncalibrated, .shortened, .findingFromClassifierOnly,
  ]

  static let all = plain + ConsistencyRule.allCases.map(ReportLimit.contradiction)

  /// The limit whose English text this is, as reports record it.
  init?(recorded text: String) {
    guard let limit = Self.all.first(where: { $0.text.english == text }) else { return nil }
    self = limit
  }

  /// What follows from the study alone.
  static func limits(of context: ReportContext) -> [ReportLimit] {
    var limits: [ReportLimit] = context.complaint == nil ? [.noComplaint] : []
    if context.images.isEmpty { return [.noImage] + limits }
    let views = context.images.map(\.view)
    if !views.contains(.lateral) { limits.append(.noLateralView) }
    if !views.contains(where: \.isFrontal) { limits.append(.noFrontalView) }
    if views.contains(.anteroposteriorSupine) { limits.append(.supine) }
    if views.contains(.unknown) { limits.append(.unknownView) }
    if context.priorStudyUID == nil { limits.append(.noPrior) }
    if !context.quality.isEmpty { limits.append(.quality) }
    return limits + [.freeAirAndTubePositions]
  }
}
