internal import Groundwork
internal import Imaging

/// A finding to draw.
struct PhantomFinding: Equatable {
  var code: FindingCode
  /// Left, right or bilateral; nil for what has no side.
  var laterality: Laterality?
  var zone: Location?
  var severity: Severity?

  /// The sides to draw, the patient's left as true.
  var sides: [Bool] {
    switch laterality {
    case .left: [true]
    case .right: [false]
    case .bilateral: [false, true]
    default: []
    }
  }

  /// Picks by severity.
  func graded<Value>(_ mild: Value, _ moderate: Value, _ severe: Value) -> Value {
    switch severity {
    case .mild: mild
    case .severe: severe
    default: moderate
    }
  }
}

extension PhantomFinding {
  /// The findings phantoms show; a phantom's record states each of them as present or absent.
  static let catalogue: [FindingCode] = [
    .pleuralEffusion, .pneumothorax, .consolidation, .nodule, .mass, .cardiomegaly, .interstitialPattern,
    .plateLikeAtelectasis, .ribFracture, .pacemaker, .pulmonaryOedema, .emphysema,
  ]
}

extension PhantomBody {
  /// Changes of the anatomy that a finding brings with it, before anything is drawn.
  mutating func adapt(to finding: PhantomFinding, _ random: inout PhiloxGenerator) {
    func draw(_ range: ClosedRange<Double>) -> Float { Float(random.uniform(range)) }
    let away: Float = finding.laterality == .left ? -1 : 1
    switch finding.code {
    case .cardiomegaly:
      cardiothoracicRatio = finding.graded(draw(0.555...0.58), draw(0.59...0.63), draw(0.64...0.7))
    case .emphysema: inflation = finding.graded(draw(0.5...0.62), draw(0.65...0.8), draw(0.85...1))
    case .pneumothorax where finding.severity == .severe: shift += away * draw(1.2...2.4)
    case .pleuralEffusion where finding.severity == .severe && finding.laterality != .bilateral:
      shift += away * draw(0.8...1.8)
    case .plateLikeAtelectasis:
      let raise = draw(0.8...2)
      if finding.laterality == .left { raisedDome[0] += raise } else { raisedDome[1] += raise }
    default: break
    }
  }
}
