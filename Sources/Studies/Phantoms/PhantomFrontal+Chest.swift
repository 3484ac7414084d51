internal import Glibc
internal import Groundwork

extension PhantomFrontal {
  /// Neighbouring ribs broken near the side and stepped, with blood under the pleura that lifts it from the wall.
  mutating func breakRibs(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    guard let isLeft = finding.sides.first else { return nil }
    let first =
      switch finding.zone {
      case .upperZone: 4
      case .middleZone: 5
      default: 6
      }
    let place = Float(random.uniform(0.5...0.66))
    var left = Float.infinity
    var right = -Float.infinity
    var top = Float.infinity
    var bottom = -Float.infinity
    for rib in first..<first + 3 {
      let at = place + Float(random.uniform(-0.04...0.04))
      let course = posteriorRib(rib, isLeft: isLeft)
      let point = course[min(course.count - 1, Int(at * Float(course.count - 1)))]
      fractures.append(
        RibFracture(rib: rib, isLeft: isLeft, place: at, step: Float(random.uniform(1.3...1.8))))
      left = min(left, point.x)
      right = max(right, point.x)
      top = min(top, point.y)
      bottom = max(bottom, point.y)
    }
    drawHaematoma(isLeft: isLeft, y: (top + bottom) / 2 + 1, &random)
    let edge = body.midline + Self.sign(isLeft) * (body.cageHalfWidth((top + bottom) / 2) + 0.5)
    return grid.box(
      left: min(left - 0.8, edge), top: top - 1.4, right: max(right + 0.8, edge), bottom: bottom + 3.6)
  }

  private mutating func drawHaematoma(isLeft: Bool, y: Float, _ random: inout PhiloxGenerator) {
    let x = body.midline + Self.sign(isLeft) * (body.cageHalfWidth(y) + 0.6)
    let height = Float(random.uniform(4.2...5.4))
    grid.forEachChord(x: x, y: y, a: Float(random.uniform(3.6...4.6)), b: height, depth: 6) { index, chord in
      let lost = min(canvas.lung[index], chord)
      canvas.lung[index] -= lost
    }
  }

  /// A pulse generator under the collar bone and a lead through the superior vena cava to the tip of the right ventricle.
  mutating func drawPacemaker(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    let sign = Self.sign(random.uniform() < 0.8)
    let centre = SIMD2(
      body.midline + sign * body.halfWidth * Float(random.uniform(0.6...0.72)),
      body.y(level: Float(random.uniform(0.17...0.25))))
    let half = SIMD2(Float(random.uniform(2.0...2.4)), Float(random.uniform(1.6...1.9)))
    let grid = grid
    var extent = PixelExtent()
    grid.forEach(
      left: centre.x - half.x, top: centre.y - half.y, right: centre.x + half.x, bottom: centre.y + half.y
    ) { index, x, y in
      // A rounded can: |x|^4 + |y|^4 < 1.
      let offset = (SIMD2(x, y) - centre) / half
      let square = offset * offset
      let rest = 1 - (square * square).sum()
      guard rest > 0 else { return }
      canvas.added[index] += 0.5 * Attenuation.metal * min(1, 6 * rest) * 0.7
      extent.include(column: index % grid.width, row: index / grid.width)
    }
    let cava = body.mediastinalMidline(body.y(level: 0.3)) - 1.8
    let tip = SIMD2(heart.x + 0.5 * heart.halfWidth, heart.y + 0.55 * heart.halfHeight)
    canvas.stroke(
      spline([
        centre + SIMD2(-sign * half.x, -0.6), SIMD2(body.midline + sign * 4.5, body.y(level: 0.09)),
        SIMD2(cava, body.y(level: 0.2)), SIMD2(cava - 0.3, body.y(level: 0.5)),
        SIMD2(cava - 0.4, body.y(level: 0.72)),
        SIMD2(heart.x - 0.3 * heart.halfWidth, heart.y + 0.5 * heart.halfHeight),
        tip,
      ]), radius: 0.15)
    canvas.flushRods(radius: 0.15, attenuation: Attenuation.metal * 0.8)
    return extent.box
  }

  /// The heart as it stands in the picture.
  var heartBox: PixelBox? {
    grid.box(
      left: heart.x - heart.halfWidth, top: heart.y - heart.halfHeight, right: heart.x + heart.halfWidth,
      bottom: heart.y + heart.halfHeight)
  }

  /// The lead letter L beside the patient's left shoulder.
  mutating func drawMarker() {
    let x = Float(grid.width) * grid.spacing / 2 - 2.6
    canvas.stroke([SIMD2(x, 1.6), SIMD2(x, 3.4), SIMD2(x + 1.1, 3.4)], radius: 0.2)
    canvas.flushRods(radius: 0.2, attenuation: Attenuation.metal * 2)
  }
}
