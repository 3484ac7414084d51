internal import Glibc
internal import Groundwork

/// The anatomy of a frontal view, drawn as line integrals into a canvas.
struct PhantomFrontal {
  let body: PhantomBody
  var canvas: PhantomCanvas
  /// The ellipse of the heart: middle, semi-axes, tilt.
  private(set) var heart = Ellipse()
  /// Where ribs are broken: the rib's number, the side and how far along it.
  var fractures: [RibFracture] = []

  struct Ellipse {
    var x: Float = 0
    var y: Float = 0
    var a: Float = 1
    var b: Float = 1
    var tilt: Float = 0

    /// Half its width along x.
    var halfWidth: Float { (a * a * cos(tilt) * cos(tilt) + b * b * sin(tilt) * sin(tilt)).squareRoot() }
    var halfHeight: Float { (a * a * sin(tilt) * sin(tilt) + b * b * cos(tilt) * cos(tilt)).squareRoot() }
  }

  struct RibFracture {
    var rib: Int
    var isLeft: Bool
    /// 0 at the spine, 1 at the side of the chest.
    var place: Float
    var step: Float
  }

  init(_ body: PhantomBody) {
    self.body = body
    canvas = PhantomCanvas(body.grid)
  }

  /// -1 for the patient's right, which a frontal view shows on the left; 1 for the patient's left.
  static func sign(_ isLeft: Bool) -> Float { isLeft ? 1 : -1 }

  var grid: PhantomGrid { body.grid }

  // MARK: Soft tissue and lungs

  mutating func drawTrunk() {
    let grid = grid
    let outerDepth = body.halfDepth + 2 + 0.7 * body.fat
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let level = body.level(y)
      // The neck above, the shoulders beside it, the trunk below the armpits.
      let trunk = body.cageHalfWidth(max(y, body.y(level: 0.4))) + 1.6 + body.fat
      let shoulders = 20 * body.scale
      let halfWidth = shoulders + (trunk - shoulders) * smoothStep(0.12, 0.5, level)
      let depth = outerDepth * (0.62 + 0.38 * smoothStep(-0.1, 0.45, level))
      let shoulderStart = body.apex - 4.6
      for column in 0..<grid.width {
        let distance = abs(grid.x(column: column) - body.midline)
        let edge = distance / halfWidth
        guard edge < 1 else { continue }
        let square = edge * edge
        var thickness = 2 * depth * (1 - square * edge).squareRoot()
        let shoulderLine = shoulderStart + max(0, distance - 5.2) * 0.3
        thickness *= smoothStep(shoulderLine - 0.8, shoulderLine + 4.2, y)
        if distance < 6.2 {
          let neck = 11 * max(0, 1 - (distance / 6.2) * (distance / 6.2)).squareRoot()
          thickness = max(thickness, neck)
        }
        canvas.body[row * grid.width + column] = thickness
      }
    }
    if body.sex == .female { drawBreasts() }
  }

  private mutating func drawBreasts() {
    let grid = grid
    let size = 4.2 + 0.5 * body.fat
    for isLeft in [false, true] {
      let x = body.midline + Self.sign(isLeft) * 0.62 * body.halfWidth
      grid.forEachChord(x: x, y: body.y(level: 0.86), a: size, b: size * 0.95, depth: 0.8 + 0.25 * body.fat) {
        index, chord in
        canvas.body[index] += chord * 0.7
      }
    }
  }

  mutating func drawLungs() {
    let grid = grid
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let level = body.level(y)
      guard level > 0, level < 1.7 else { continue }
      let outer = body.cageHalfWidth(y)
      let inner = body.lungInnerEdge(y)
      let depth = body.cageHalfDepth(y)
      let middle = body.mediastinalMidline(y)
      for column in 0..<grid.width {
        let x = grid.x(column: column)
        let isLeft = x > middle
        let distance = abs(x - middle)
        let lateral = abs(x - body.midline) / outer
        guard lateral < 1, distance > inner else { continue }
        var path = 2 * depth * (1 - lateral * lateral).squareRoot()
        path *= smoothStep(inner, inner + 1.1, distance)
        let below = y - body.dome(distance: distance, isLeft: isLeft)
        if below > -0.25 {
          // The lung behind the dome shines through it faintly.
          let recess = 0.16 * path * max(0, 1 - below / 5)
          path = recess + (path - recess) * (1 - smoothStep(-0.25, 0.15, below))
        }
        canvas.lung[row * grid.width + column] = path
      }
    }
  }

  // MARK: Mediastinum

  mutating func drawMediastinum() {
    let grid = grid
    let scale = body.scale
    // The heart lies on the diaphragm, a third of it right of the midline.
    let width = body.cardiothoracicRatio * 2 * body.halfWidth
    let enlargement = max(0, body.cardiothoracicRatio - 0.48)
    let tilt: Float = 0.52 - 0.25 * body.inflation
    let longAxis = width * 0.53
    let shortAxis = longAxis * (0.78 + 0.5 * enlargement) * (1 - 0.12 * body.inflation)
    var ellipse = Ellipse(x: 0, y: 0, a: longAxis, b: shortAxis, tilt: tilt)
    let level: Float = 0.86 - 0.3 * enlargement
    ellipse.a *= width / (2 * ellipse.halfWidth)
    ellipse.y = body.y(level: level)
    ellipse.x = body.mediastinalMidline(ellipse.y) + width * (0.5 - 0.33)
    heart = ellipse
    grid.forEachChord(
      x: ellipse.x, y: ellipse.y, a: ellipse.a, b: ellipse.b, depth: 0.48 * width, tilt: tilt
    ) { index, chord in
      canvas.lung[index] = max(0, canvas.lung[index] - 1.15 * chord)
    }
    // Right atrium and great vessels.
    let middle = body.mediastinalMidline(body.y(level: 0.35))
    displace(x: middle - 2.0 * scale, y: body.y(level: 0.8), a: 2.4 * scale, b: 4.6 * scale, depth: 4)
    displace(x: middle - 1.6 * scale, y: body.y(level: 0.36), a: 1.3 * scale, b: 6.5 * scale, depth: 2.2)
    let age = Float(max(0, body.ageYears - 40)) / 50
    displace(
      x: middle + 2.0 * scale, y: body.y(level: 0.29), a: (1.5 + 0.5 * age) * scale, b: 1.7 * scale,
      depth: 2.4)
    displace(x: middle + 2.1 * scale, y: body.y(level: 0.46), a: 1.4 * scale, b: 3 * scale, depth: 1.6)
    displace(x: middle + 1.3 * scale, y: body.y(level: 0.65), a: 1.2 * scale, b: 9 * scale, depth: 1.6)
    drawAirways()
  }

  /// Soft tissue in the place of lung.
  private mutating func displace(x: Float, y: Float, a: Float, b: Float, depth: Float) {
    grid.forEachChord(x: x, y: y, a: a, b: b, depth: depth) { index, chord in
      canvas.lung[index] = max(0, canvas.lung[index] - chord * 1.3)
    }
  }

  private mutating func drawAirways() {
    let middle = body.mediastinalMidline(body.apex) + 0.4 * body.shift
    let carina = SIMD2(body.mediastinalMidline(body.y(level: 0.4)) - 0.2, body.y(level: 0.4))
    canvas.stroke(
      [SIMD2(middle, body.apex - 5), SIMD2(middle, body.apex), carina], radius: 0.95 * body.scale)
    canvas.flushRods(radius: 0.95 * body.scale, attenuation: -0.8 * Attenuation.softTissue)
    canvas.stroke([carina, carina + SIMD2(-2.4, 2.4)], radius: 0.6)
    canvas.stroke([carina, carina + SIMD2(3.2, 2.6)], radius: 0.55)
    canvas.flushRods(radius: 0.6, attenuation: -0.6 * Attenuation.softTissue)
  }

  mutating func drawStomachBubble(_ random: inout PhiloxGenerator) {
    let x = body.midline + Float(random.uniform(4.5...7))
    let y = body.dome(distance: x - body.midline, isLeft: true) + Float(random.uniform(1.8...2.6))
    grid.forEachChord(
      x: x, y: y, a: Float(random.uniform(1.4...2.8)), b: Float(random.uniform(0.8...1.3)), depth: 2
    ) { index, chord in
      canvas.freeAir[index] += chord
    }
  }

  // MARK: Vessels

  /// Arteries and veins branch from the hila into the lungs and taper. `prominence`: 1 is normal.
  mutating func drawVessels(prominence: Float, _ random: inout PhiloxGenerator) {
    for isLeft in [false, true] {
      let sign = Self.sign(isLeft)
      let hilumY = body.y(level: isLeft ? 0.43 : 0.47)
      let hilum = SIMD2(body.mediastinalMidline(hilumY) + sign * 3.6 * body.scale, hilumY)
      for trunk in 0..<9 {
        let angle = -1.25 + 2.75 * (Float(trunk) + Float(random.uniform(-0.3...0.3))) / 8
        branch(
          from: hilum + SIMD2(sign * Float(random.uniform(-0.5...0.5)), Float(random.uniform(-1.2...1.2))),
          direction: SIMD2(sign * cos(angle), sin(angle)), length: Float(random.uniform(5...8)), radius: 0.34,
          generations: 3, &random)
      }
      // The trunks themselves, descending along the heart.
      canvas.stroke(
        [
          hilum + SIMD2(-sign * 0.8, -1), hilum, hilum + SIMD2(sign * 0.5, 2), hilum + SIMD2(sign * 0.8, 4.2),
        ],
        radius: 0.75, endRadius: 0.5)
    }
    let strength = 0.52 * prominence * (1 - 0.55 * body.inflation)
    canvas.flushStrokes { canvas, index, distance in
      let chord = (1 - distance * distance).squareRoot()
      canvas.added[index] += strength * 0.2 * chord * min(1, canvas.lung[index] / 4)
    }
  }

  private mutating func branch(
    from start: SIMD2<Float>, direction: SIMD2<Float>, length: Float, radius: Float, generations: Int,
    _ random: inout PhiloxGenerator
  ) {
    let bend = Float(random.uniform(-0.25...0.25))
    let middle = start + direction * (length / 2)
    let turned = rotate(direction, by: bend)
    let end = middle + turned * (length / 2)
    canvas.stroke([start, middle, end], radius: radius, endRadius: radius * 0.75)
    guard generations > 1 else { return }
    for spread in [Float(random.uniform(0.25...0.6)), Float(random.uniform(-0.6 ... -0.25))] {
      branch(
        from: end, direction: rotate(turned, by: spread), length: length * 0.66, radius: radius * 0.68,
        generations: generations - 1, &random)
    }
    branch(
      from: middle, direction: rotate(direction, by: Float(random.uniform(-0.8...0.8))), length: length * 0.5,
      radius: radius * 0.55, generations: 1, &random)
  }

  private func rotate(_ vector: SIMD2<Float>, by angle: Float) -> SIMD2<Float> {
    SIMD2(vector.x * cos(angle) - vector.y * sin(angle), vector.x * sin(angle) + vector.y * cos(angle))
  }
}
