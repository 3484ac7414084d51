internal import Glibc
internal import Groundwork
internal import Imaging

/// The measures of one phantom patient and of how the film was taken, in centimetres.
struct PhantomBody {
  var sex: Sex
  var ageYears: Int
  /// Linear size against an average adult.
  var scale: Float
  /// Soft tissue around the rib cage.
  var fat: Float
  /// Inner half width and half depth of the rib cage where it is largest.
  var halfWidth: Float
  var halfDepth: Float
  /// The top of the lungs and the height from there to the domes of the diaphragm.
  var apex: Float
  var lungHeight: Float
  /// Where the midline of the chest lies in the image.
  var midline: Float
  /// Rotation about the long axis, as the shift of structures in front of the spine.
  var rotation: Float
  /// Sideways bend of the spine.
  var scoliosis: Float
  /// Width of the heart over the inner width of the chest.
  var cardiothoracicRatio: Float
  /// The mediastinum pushed to the patient's left.
  var shift: Float = 0
  /// 0 for healthy lungs, 1 for severe emphysema: larger, darker lungs, flat diaphragms, few vessels.
  var inflation: Float = 0
  /// The left and the right dome of the diaphragm raised.
  var raisedDome: SIMD2<Float> = .zero
  var view: View
  let grid: PhantomGrid

  /// Draws a patient. `size` is the longer side of the image in pixels.
  init(view: View, size: Int, sex: Sex, ageYears: Int, _ random: inout PhiloxGenerator) {
    func draw(_ range: ClosedRange<Double>) -> Float { Float(random.uniform(range)) }
    self.sex = sex
    self.ageYears = ageYears
    self.view = view
    let isBedside = view == .anteroposterior || view == .anteroposteriorSupine
    scale = draw(0.9...1.08) * (sex == .female ? 0.95 : 1.02)
    fat = draw(1.2...4.0)
    halfWidth = 13.6 * scale * draw(0.95...1.05)
    halfDepth = 7.6 * scale * draw(0.92...1.08)
    apex = draw(4.2...5.3)
    lungHeight = 21.5 * scale * draw(0.92...1.06) * (isBedside ? 0.9 : 1)
    midline = 0
    rotation = 0
    scoliosis = draw(-0.5...0.5)
    cardiothoracicRatio = draw(0.41...0.475) * (isBedside ? 1.06 : 1)
    let aspect = draw(1.0...1.16)
    let fieldHeight = 34.5 * draw(0.97...1.07)
    grid = PhantomGrid(
      width: Int((Float(size) / aspect).rounded()), height: size, spacing: fieldHeight / Float(size))
  }

  /// How the patient stands before the detector this time.
  mutating func position(_ random: inout PhiloxGenerator) {
    midline = Float(random.uniform(-1.1...1.1))
    rotation = Float(random.uniform(-0.7...0.7))
    apex += Float(random.uniform(-0.5...0.5))
  }

  /// How far down the lungs a level is: 0 at the apex, 1 at the domes.
  func level(_ y: Float) -> Float { (y - apex) / lungHeight }
  func y(level: Float) -> Float { apex + level * lungHeight }

  /// The rib cage widens from the apex down.
  private func widening(_ level: Float) -> Float {
    let fraction = max(0, min(1, level / 0.72))
    return pow(1 - pow(1 - fraction, 2.4), 0.55)
  }

  /// Inner half width of the rib cage at a height.
  func cageHalfWidth(_ y: Float) -> Float {
    let top: Float = 4.4 * scale
    return top + (halfWidth * (1 + 0.05 * inflation) - top) * widening(level(y))
  }

  /// Inner half depth of the rib cage at a height.
  func cageHalfDepth(_ y: Float) -> Float {
    halfDepth * (1 + 0.2 * inflation) * (0.42 + 0.58 * widening(level(y)))
  }

  /// Distance of the lung's inner edge from the midline.
  func lungInnerEdge(_ y: Float) -> Float {
    let fraction = max(0, min(1, level(y) / 0.22))
    let top: Float = 4.4 * scale
    let hilum: Float = 1.7 * scale
    return top - (top - hilum) * max(0, 1 - (1 - fraction) * (1 - fraction)).squareRoot()
  }

  /// The x of the mediastinal midline at a height: the spine's bend, and the shift in front of it.
  func mediastinalMidline(_ y: Float) -> Float {
    midline + rotation * 0.6 + shift * smoothStep(0, 0.5, level(y))
  }

  func spineMidline(_ y: Float) -> Float { midline + scoliosis * sin(level(y) * 3.6) }

  /// The upper surface of the diaphragm. `isLeft`: the patient's left; `distance`: from the midline.
  func dome(distance: Float, isLeft: Bool) -> Float {
    let outer = halfWidth * (1 + 0.05 * inflation)
    let across = max(0, min(1, distance / outer))
    let summit: Float = 0.45
    let offset = across < summit ? (summit - across) / summit : (across - summit) / (1 - summit)
    let drop: Float = across < summit ? 1.6 * (1 - 0.5 * inflation) : 4.6 * (1 - 0.72 * inflation)
    let raised = isLeft ? raisedDome[0] : raisedDome[1]
    let sideOffset: Float = isLeft ? 1.1 : 0
    return apex + lungHeight * (1 + 0.1 * inflation) + sideOffset + drop * pow(offset, 2.3) - raised
  }

  /// The middle of a zone of a lung: its thirds from the apex to the dome.
  func zoneMiddle(_ zone: Location) -> Float {
    switch zone {
    case .upperZone: y(level: 0.24)
    case .middleZone: y(level: 0.52)
    default: y(level: 0.8)
    }
  }
}
