internal import Glibc
internal import Groundwork

/// The anatomy of a lateral view, the patient facing the left edge of the image. Findings stand at the height at which the
/// frontal view shows them; pneumothorax and broken ribs are not drawn here.
struct PhantomLateral {
  let body: PhantomBody
  var canvas: PhantomCanvas
  private let grid: PhantomGrid

  init(_ body: PhantomBody) {
    self.body = body
    grid = PhantomGrid(
      width: Int(Float(body.grid.height) * 0.82), height: body.grid.height, spacing: body.grid.spacing)
    canvas = PhantomCanvas(grid)
  }

  var size: PhantomGrid { grid }

  /// From the middle of the chest to the breastbone or to the backs of the lungs.
  private func halfDepth(_ y: Float) -> Float { 1.32 * body.cageHalfDepth(y) }

  /// The upper surface of a dome at a depth of -1 (front) to 1 (back).
  private func dome(_ depth: Float, isLeft: Bool) -> Float {
    let offset = depth + 0.25
    let drop: Float = (offset > 0 ? 4.6 : 2.2) * (1 - 0.6 * body.inflation)
    let raised = isLeft ? body.raisedDome[0] : body.raisedDome[1]
    return body.apex + body.lungHeight * (1 + 0.1 * body.inflation) + (isLeft ? 1.0 : 0) + drop * offset
      * offset - raised
  }

  mutating func draw(
    _ findings: [PhantomFinding], boxes: [FindingCode: PixelBox], _ random: inout PhiloxGenerator
  ) {
    drawTrunk()
    drawLungs()
    drawHeart()
    for finding in findings {
      let y = boxes[finding.code].map { Float($0.y + $0.height / 2) * grid.spacing }
      draw(finding, y: y ?? body.zoneMiddle(.middleZone), &random)
    }
    drawVessels(&random)
    drawBones()
  }

  // MARK: Anatomy

  private mutating func drawTrunk() {
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let level = body.level(y)
      let depth = halfDepth(max(y, body.y(level: 0.3))) + 2 + 0.8 * body.fat
      let neck: Float = 6
      let halfDepth = neck + (depth - neck) * smoothStep(-0.15, 0.2, level)
      // The raised arms and the shoulders thicken the upper chest.
      let shoulders = 15 * (1 - smoothStep(0.02, 0.3, level)) * smoothStep(-0.2, 0, level)
      let width = 2 * (body.cageHalfWidth(max(y, body.y(level: 0.1))) * 0.8 + 1.6 + body.fat) + shoulders
      for column in grid.columns(from: -halfDepth, to: halfDepth) {
        let across = min(
          1, abs(grid.x(column: column) + 1.2 * (1 - smoothStep(-0.15, 0.3, level))) / halfDepth)
        canvas.body[row * grid.width + column] = width * max(0, 1 - across * across * across).squareRoot()
      }
    }
  }

  private mutating func drawLungs() {
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      guard body.level(y) > 0, body.level(y) < 1.5 else { continue }
      let depth = halfDepth(y)
      let width = body.cageHalfWidth(y) * 0.72
      for column in grid.columns(from: -depth, to: depth) {
        let across = grid.x(column: column) / depth
        let path = width * max(0, 1 - across * across).squareRoot()
        var air: Float = 0
        for isLeft in [false, true] {
          let below = y - dome(across, isLeft: isLeft)
          air += path * (1 - smoothStep(-0.2, 0.15, below))
        }
        canvas.lung[row * grid.width + column] = air
      }
    }
  }

  private var heart: SIMD2<Float> {
    let y = body.y(level: 0.8)
    return SIMD2(-0.34 * halfDepth(y), y)
  }

  private mutating func drawHeart() {
    let width = body.cardiothoracicRatio * 2 * body.halfWidth
    displace(heart, a: 0.52 * width, b: 0.4 * width, depth: 0.27 * width, tilt: -0.85)
    // The great vessels and the arch.
    let root = SIMD2(-0.1 * halfDepth(body.y(level: 0.5)), body.y(level: 0.45))
    displace(root, a: 2.4, b: 6, depth: 0.9, tilt: 0.1)
    displace(root + SIMD2(2.0, -3), a: 3.4, b: 1.7, depth: 0.7, tilt: 0.3)
    canvas.stroke(
      [SIMD2(1.2, body.apex - 6), SIMD2(1.4, body.apex), SIMD2(2.2, body.y(level: 0.42))], radius: 0.85)
    canvas.flushRods(radius: 0.85, attenuation: -0.75 * Attenuation.softTissue)
  }

  private mutating func displace(_ centre: SIMD2<Float>, a: Float, b: Float, depth: Float, tilt: Float) {
    grid.forEachChord(x: centre.x, y: centre.y, a: a, b: b, depth: depth, tilt: tilt) { index, chord in
      canvas.lung[index] = max(0, canvas.lung[index] - chord * 1.2)
    }
  }

  private mutating func drawVessels(_ random: inout PhiloxGenerator) {
    let hilum = SIMD2<Float>(1.2, body.y(level: 0.47))
    for _ in 0..<22 {
      let angle = Float(random.uniform(0...6.2832))
      let length = Float(random.uniform(4...8))
      let direction = SIMD2(cos(angle), sin(angle))
      let bend = SIMD2(-direction.y, direction.x) * Float(random.uniform(-0.8...0.8))
      canvas.stroke(
        [hilum, hilum + direction * (length / 2) + bend, hilum + direction * length], radius: 0.42,
        endRadius: 0.14)
    }
    let strength = 0.09 * (1 - 0.55 * body.inflation)
    canvas.flushStrokes { canvas, index, distance in
      canvas.added[index] +=
        strength * (1 - distance * distance).squareRoot() * min(1, canvas.lung[index] / 4)
    }
  }

  private mutating func drawBones() {
    let pitch = 2.35 * body.scale
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let place = (y - body.apex) / pitch
      let phase = abs(place - place.rounded()) * 2
      let bone = 0.3 + 0.7 * smoothStep(0.06, 0.22, phase)
      let middle = spine(y)
      for column in grid.columns(from: middle - 1.6, to: middle + 1.6) {
        let across = (grid.x(column: column) - middle) / 1.6
        let square = across * across
        canvas.added[row * grid.width + column] += 0.42 * bone * max(0, 1 - square * square).squareRoot()
      }
    }
    let front = (0...12).map { step -> SIMD2<Float> in
      let y = body.y(level: 0.1 + 0.055 * Float(step))
      return SIMD2(-halfDepth(y) - 0.7, y)
    }
    canvas.stroke(front, radius: 0.6)
    canvas.flushBone(radius: 0.6, strength: 0.9)
    for rib in 1...9 {
      let start = body.apex + Float(rib - 1) * pitch
      let course = (0...14).map { step -> SIMD2<Float> in
        let along = Float(step) / 14
        let from = spine(start)
        return SIMD2(
          from + (-0.6 * halfDepth(start + 4) - from) * along, start + 5.5 * along * along + 1.6 * along)
      }
      canvas.stroke(course, radius: 0.55)
    }
    canvas.flushBone(radius: 0.55, strength: 0.45)
  }

  private func spine(_ y: Float) -> Float {
    halfDepth(max(y, body.y(level: 0.2))) * 0.8 + 0.8 * sin(body.level(y) * 2.6)
  }

  // MARK: Findings

  private mutating func draw(_ finding: PhantomFinding, y: Float, _ random: inout PhiloxGenerator) {
    let depth = halfDepth(y)
    let centre = SIMD2(Float(random.uniform(-0.3...0.4)) * depth, y)
    switch finding.code {
    case .pleuralEffusion: drawEffusion(finding)
    case .consolidation:
      fill(centre, radius: finding.graded(3.4, 4.2, 5.2), share: finding.graded(0.35, 0.45, 0.55))
    case .pulmonaryOedema:
      fill(SIMD2(1.2, body.y(level: 0.5)), radius: finding.graded(4.5, 5.5, 6.5), share: 0.5)
    case .nodule: drawBall(centre, radius: 1.3, attenuation: 0.45)
    case .mass: drawBall(centre, radius: 3, attenuation: 0.3)
    case .interstitialPattern: drawNet(finding, &random)
    case .plateLikeAtelectasis:
      canvas.stroke([centre + SIMD2(-3.5, 0.6), centre, centre + SIMD2(3.5, 0.4)], radius: 0.4)
      canvas.flushRods(radius: 0.4, attenuation: 0.5, onlyInLung: true)
    case .pacemaker: drawPacemaker()
    default: break
    }
  }

  /// Fluid gathers first behind, in the deepest recess.
  private mutating func drawEffusion(_ finding: PhantomFinding) {
    let lowest = dome(1, isLeft: true)
    let height: Float = finding.graded(5, 9.5, 15)
    let share: Float = finding.laterality == .bilateral ? 1 : 0.55
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let depth = halfDepth(y)
      for column in grid.columns(from: -depth, to: depth) {
        let across = grid.x(column: column) / depth
        let surface = lowest - height * (0.45 + 0.55 * max(0, across) * max(0, across))
        canvas.lung[row * grid.width + column] *= 1 - share * smoothStep(-0.8, 0.6, y - surface)
      }
    }
  }

  private mutating func fill(_ centre: SIMD2<Float>, radius: Float, share: Float) {
    // A cloud has no edge: it fades with the square of the distance.
    grid.forEachChord(x: centre.x, y: centre.y, a: radius * 1.25, b: radius, depth: 0.5) { index, chord in
      canvas.lung[index] *= 1 - share * chord * chord
    }
  }

  private mutating func drawBall(_ centre: SIMD2<Float>, radius: Float, attenuation: Float) {
    grid.forEachChord(x: centre.x, y: centre.y, a: radius, b: radius, depth: radius) { index, chord in
      canvas.added[index] += attenuation * chord
    }
  }

  private mutating func drawNet(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) {
    let noise = PhantomNoise(grid, cell: 0.8, &random)
    let strength: Float = finding.graded(0.18, 0.26, 0.36)
    for row in 0..<grid.height {
      for column in 0..<grid.width {
        let index = row * grid.width + column
        guard canvas.lung[index] > 2 else { continue }
        let value = noise.value(grid.x(column: column), grid.y(row: row)) / 0.25
        canvas.added[index] += strength * exp(-value * value) * min(1, canvas.lung[index] / 6)
      }
    }
  }

  /// The can lies edge-on before the chest wall; the lead goes down into the heart.
  private mutating func drawPacemaker() {
    let y = body.y(level: 0.2)
    let can = SIMD2(-halfDepth(y) - 0.4, y)
    canvas.stroke([can + SIMD2(0, -1.7), can + SIMD2(0, 1.7)], radius: 0.45)
    canvas.flushRods(radius: 0.45, attenuation: Attenuation.metal)
    canvas.stroke(
      spline([
        can + SIMD2(0, -1.7), SIMD2(-2, body.y(level: 0.1)), SIMD2(0.4, body.y(level: 0.3)),
        SIMD2(-0.6, body.y(level: 0.62)), heart + SIMD2(-2.4, 2.6),
      ]), radius: 0.15)
    canvas.flushRods(radius: 0.15, attenuation: Attenuation.metal * 0.8)
  }
}
