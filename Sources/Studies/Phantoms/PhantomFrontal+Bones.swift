internal import Glibc
internal import Groundwork
internal import Imaging

extension PhantomFrontal {
  mutating func drawBones(_ random: inout PhiloxGenerator) {
    drawSpine()
    drawRibs()
    drawClavicles(raise: Float(random.uniform(-0.8...0.8)))
    drawScapulae()
  }

  /// Vertebral bodies with brighter end plates, darker discs, pedicles and spinous processes.
  private mutating func drawSpine() {
    let grid = grid
    let pitch = 2.35 * body.scale
    let halfWidth = 1.75 * body.scale
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      let middle = body.spineMidline(y)
      let place = (y - body.apex) / pitch
      let phase = abs(place - place.rounded()) * 2
      // 1 in the body of a vertebra, 0 in the disc; the plates between are dense.
      let bone =
        0.45 + 0.55 * smoothStep(0.04, 0.22, phase) + 0.25 * smoothStep(0.2, 0.26, phase)
        * (1 - smoothStep(0.3, 0.42, phase))
      for column in grid.columns(from: middle - halfWidth, to: middle + halfWidth) {
        let across = (grid.x(column: column) - middle) / halfWidth
        let profile = max(0, 1 - across * across * across * across).squareRoot()
        canvas.added[row * grid.width + column] += 0.24 * bone * profile
      }
    }
    for vertebra in -3..<14 {
      let y = body.apex + (Float(vertebra) + 0.5) * pitch
      let middle = body.spineMidline(y)
      for side in [Float(-1), 1] {
        canvas.stroke(
          [SIMD2(middle + side * 1.1, y - 0.25), SIMD2(middle + side * 1.1, y + 0.25)], radius: 0.34)
        // Transverse processes.
        canvas.stroke([SIMD2(middle + side * 1.5, y), SIMD2(middle + side * 3.0, y - 0.25)], radius: 0.34)
      }
      let process = middle - body.rotation * 0.5
      canvas.stroke([SIMD2(process, y + 0.5), SIMD2(process, y + 1.3)], radius: 0.28)
    }
    canvas.flushBone(radius: 0.34, strength: 0.35)
  }

  /// The course of a rib behind, from the spine to the side.
  func posteriorRib(_ rib: Int, isLeft: Bool) -> [SIMD2<Float>] {
    let sign = Self.sign(isLeft)
    let pitch = 2.35 * body.scale * (1 + 0.1 * body.inflation)
    let startY = body.apex - 1.2 * body.scale + Float(rib - 1) * pitch
    let start = body.spineMidline(startY) + sign * 2.2 * body.scale
    let fall = (1.0 + 0.62 * Float(min(rib, 8))) * body.scale * (1 - 0.35 * body.inflation)
    let endY = startY + fall
    let end = body.midline + sign * (body.cageHalfWidth(max(endY, body.y(level: 0.03))) + 0.3)
    return (0...26).map { step in
      let along = Float(step) / 26
      // Rises a little, then falls ever more steeply.
      let drop = fall * (1.5 * along * along * along * along - 0.62 * along * (1 - along) + 0.0 * along)
      let edge = sin(along * .pi / 2)
      return SIMD2(start + (end - start) * edge, startY + min(drop, fall * 1.5))
    }
  }

  /// The course of a rib in front, from the side down to its cartilage.
  private func anteriorRib(_ rib: Int, isLeft: Bool) -> [SIMD2<Float>] {
    guard let start = posteriorRib(rib, isLeft: isLeft).last else { return [] }
    let sign = Self.sign(isLeft)
    let middle = body.midline + body.rotation * 0.6
    let reach = (4.6 + 0.62 * Float(max(0, rib - 4))) * body.scale
    let end = middle + sign * reach
    let drop = (3.0 + 0.28 * Float(rib)) * body.scale
    return (0...20).map { step in
      let along = Float(step) / 20
      let edge = 1 - cos(along * .pi / 2)
      return SIMD2(
        start.x + (end - start.x) * edge, start.y + drop * sin(along * 1.9) / sin(1.9) * (0.55 + 0.45 * along)
      )
    }
  }

  private mutating func drawRibs() {
    let radius = 0.62 * body.scale
    for isLeft in [false, true] {
      for rib in 1...10 { strokePosteriorRib(rib, isLeft: isLeft, radius: radius) }
    }
    canvas.flushBone(radius: radius, strength: 0.92)
    for isLeft in [false, true] {
      for rib in 1...8 { canvas.stroke(anteriorRib(rib, isLeft: isLeft), radius: radius * 1.05) }
    }
    canvas.flushBone(radius: radius, strength: 0.5)
  }

  /// A broken rib is drawn in two pieces, the outer one displaced, with a gap between.
  private mutating func strokePosteriorRib(_ rib: Int, isLeft: Bool, radius: Float) {
    let course = posteriorRib(rib, isLeft: isLeft)
    guard let fracture = fractures.first(where: { $0.rib == rib && $0.isLeft == isLeft }) else {
      return canvas.stroke(course, radius: radius)
    }
    let split = max(2, min(course.count - 4, Int(fracture.place * Float(course.count - 1))))
    canvas.stroke(Array(course[...split]), radius: radius)
    let displaced = course[(split + 1)...].enumerated().map { offset, point in
      point + SIMD2(0, fracture.step * max(0, 1 - Float(offset) / Float(course.count - split)))
    }
    canvas.stroke(displaced, radius: radius)
  }

  private mutating func drawClavicles(raise: Float) {
    let isBedside = body.view == .anteroposterior || body.view == .anteroposteriorSupine
    let radius = 0.62 * body.scale
    for isLeft in [false, true] {
      let sign = Self.sign(isLeft)
      let inner = SIMD2(
        body.midline + body.rotation + sign * 1.7, body.y(level: 0.17) - (isBedside ? 1.6 : 0))
      let outer = SIMD2(
        body.midline + sign * 15.5 * body.scale, body.apex - 1.4 + raise - (isBedside ? 0.8 : 0))
      let course = (0...16).map { step -> SIMD2<Float> in
        let along = Float(step) / 16
        let sway = sin(along * 2 * .pi) * 0.75 - sin(along * .pi) * 0.7
        return inner + (outer - inner) * along + SIMD2(0, sway)
      }
      canvas.stroke([course[0], course[1]], radius: radius * 1.5)
      canvas.stroke(course, radius: radius)
    }
    canvas.flushBone(radius: radius, strength: 0.85)
  }

  /// The shoulder blades stand beside the lungs in a PA film and over them in an AP film; the heads of the humeri above.
  private mutating func drawScapulae() {
    let isBedside = body.view == .anteroposterior || body.view == .anteroposteriorSupine
    let inward: Float = isBedside ? 2.6 : -0.5
    for isLeft in [false, true] {
      let sign = Self.sign(isLeft)
      func point(_ distance: Float, _ level: Float) -> SIMD2<Float> {
        SIMD2(body.midline + sign * distance * body.scale, body.y(level: level))
      }
      let border = [
        point(13.2 - inward * 0.7, -0.02), point(13.6 - inward, 0.2), point(14.6 - inward, 0.4),
        point(15.4 - inward, 0.54),
      ]
      let outside = [point(15.4 - inward, 0.54), point(16.6 - inward * 0.8, 0.35), point(17.4, 0.1)]
      canvas.stroke(border, radius: 0.42)
      canvas.stroke(outside, radius: 0.5)
      canvas.stroke([point(12.8 - inward * 0.7, 0.0), point(17.6, -0.06)], radius: 0.5)
    }
    canvas.flushBone(radius: 0.45, strength: 0.42)
    for isLeft in [false, true] {
      let x = body.midline + Self.sign(isLeft) * 18.6 * body.scale
      grid.forEachChord(x: x, y: body.y(level: 0.03), a: 2.5, b: 2.6, depth: 2.4) { index, chord in
        canvas.added[index] += 0.5 * Attenuation.marrow * chord
      }
    }
  }
}
