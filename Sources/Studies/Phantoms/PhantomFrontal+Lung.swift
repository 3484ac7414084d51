internal import Glibc
internal import Groundwork

extension PhantomFrontal {
  /// A place in a zone of a lung, `across` of the way from the midline to the side.
  private func place(
    _ finding: PhantomFinding, isLeft: Bool, across: ClosedRange<Double>, _ random: inout PhiloxGenerator
  ) -> SIMD2<Float> {
    var y =
      body.zoneMiddle(finding.zone ?? .middleZone) + body.lungHeight * Float(random.uniform(-0.07...0.07))
    var distance = body.cageHalfWidth(y) * Float(random.uniform(across))
    if isLeft, finding.zone == .lowerZone { distance = max(distance, body.cageHalfWidth(y) * 0.68) }
    y = min(y, body.dome(distance: distance, isLeft: isLeft) - 2.2)
    return SIMD2(body.midline + Self.sign(isLeft) * distance, y)
  }

  /// Air spaces filled: a cloudy opacity with open bronchi in it.
  mutating func drawConsolidation(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    for isLeft in finding.sides {
      let centre = place(finding, isLeft: isLeft, across: 0.45...0.66, &random)
      let size = Float(
        finding.graded(random.uniform(3.2...3.8), random.uniform(3.9...4.6), random.uniform(4.8...5.8)))
      fill(
        centre, radii: SIMD2(size, size * Float(random.uniform(0.72...0.95))),
        opacity: finding.graded(0.55, 0.68, 0.84), extent: &extent, &random)
      let sign = Self.sign(isLeft)
      for _ in 0..<4 {
        let start = centre + SIMD2(-sign * size * 0.6, Float(random.uniform(-0.3...0.3)) * size)
        let end = start + SIMD2(sign * size * 0.9, Float(random.uniform(-0.5...0.5)) * size)
        canvas.stroke([start, (start + end) / 2, end], radius: 0.2, endRadius: 0.12)
      }
      canvas.flushRods(radius: 0.2, attenuation: -0.22)
    }
    return extent.box
  }

  /// Replaces air by fluid in a cloud with ragged edges.
  private mutating func fill(
    _ centre: SIMD2<Float>, radii: SIMD2<Float>, opacity: Float, extent: inout PixelExtent,
    _ random: inout PhiloxGenerator
  ) {
    let grid = grid
    let ragged = PhantomNoise(grid, cell: 2.1, &random)
    let fine = PhantomNoise(grid, cell: 0.9, &random)
    let reach = radii * 1.6
    grid.forEach(
      left: centre.x - reach.x, top: centre.y - reach.y, right: centre.x + reach.x, bottom: centre.y + reach.y
    ) { index, x, y in
      guard canvas.lung[index] > 0 else { return }
      let offset = (SIMD2(x, y) - centre) / radii
      let distance = (offset * offset).sum() + 0.24 * ragged.value(x, y) + 0.1 * fine.value(x, y)
      let filled = 1 - smoothStep(0.3, 1.2, distance)
      guard filled > 0 else { return }
      canvas.lung[index] *= 1 - opacity * filled
      if filled > 0.4 { extent.include(column: index % grid.width, row: index / grid.width) }
    }
  }

  /// A round opacity of at most three centimetres.
  mutating func drawNodule(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    for isLeft in finding.sides {
      let radius = Float(random.uniform(1.2...1.5))
      let centre = place(finding, isLeft: isLeft, across: 0.42...0.8, &random)
      drawBall(centre, radius: radius, attenuation: 0.52, lobulation: 0.05, extent: &extent, &random)
    }
    return extent.box
  }

  /// An opacity of more than three centimetres with a lobed outline and radiating strands.
  mutating func drawMass(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    for isLeft in finding.sides {
      let radius = Float(random.uniform(2.6...3.6))
      let centre = place(finding, isLeft: isLeft, across: 0.42...0.7, &random)
      drawBall(centre, radius: radius, attenuation: 0.3, lobulation: 0.16, extent: &extent, &random)
      for ray in 0..<12 {
        let angle = (Float(ray) + Float(random.uniform(-0.4...0.4))) * .pi / 6
        let direction = SIMD2(cos(angle), sin(angle))
        canvas.stroke(
          [
            centre + direction * radius * 0.8,
            centre + direction * radius * Float(random.uniform(1.2...1.55)),
          ],
          radius: 0.14, endRadius: 0.06)
      }
      canvas.flushRods(radius: 0.14, attenuation: 0.5, onlyInLung: true)
    }
    return extent.box
  }

  private mutating func drawBall(
    _ centre: SIMD2<Float>, radius: Float, attenuation: Float, lobulation: Float, extent: inout PixelExtent,
    _ random: inout PhiloxGenerator
  ) {
    let grid = grid
    let lobes = PhantomNoise(grid, cell: radius * 0.8, &random)
    let reach = radius * 1.4
    grid.forEach(
      left: centre.x - reach, top: centre.y - reach, right: centre.x + reach, bottom: centre.y + reach
    ) { index, x, y in
      let offset = (SIMD2(x, y) - centre) / radius
      let rest = 1 - (offset * offset).sum() + lobulation * lobes.value(x, y)
      guard rest > 0 else { return }
      canvas.added[index] += attenuation * 2 * radius * min(1, rest).squareRoot()
      extent.include(column: index % grid.width, row: index / grid.width)
    }
  }

  /// Thickened interlobular septa: a net over both lungs, with small dots at its knots.
  mutating func drawInterstitialPattern(_ finding: PhantomFinding, _ random: inout PhiloxGenerator)
    -> PixelBox?
  {
    let strength: Float = finding.graded(0.17, 0.25, 0.36)
    let grid = grid
    let coarse = PhantomNoise(grid, cell: 0.95, &random)
    let fine = PhantomNoise(grid, cell: 0.5, &random)
    var extent = PixelExtent()
    for row in 0..<grid.height {
      let y = grid.y(row: row)
      for column in 0..<grid.width {
        let index = row * grid.width + column
        guard canvas.lung[index] > 2.5 else { continue }
        let x = grid.x(column: column)
        let first = coarse.value(x, y) / 0.24
        let second = fine.value(x, y) / 0.28
        let net = exp(-first * first) + 0.6 * exp(-second * second)
        canvas.added[index] += strength * net * min(1, canvas.lung[index] / 6)
        extent.include(column: column, row: row)
      }
    }
    return extent.box
  }

  /// Flat bands of collapsed lung, nearly level, above a raised dome.
  mutating func drawPlateLikeAtelectasis(
    _ finding: PhantomFinding, _ random: inout PhiloxGenerator
  ) -> PixelBox? {
    var extent = PixelExtent()
    let grid = grid
    let bands = finding.graded(1, 2, 3)
    for isLeft in finding.sides {
      let sign = Self.sign(isLeft)
      let centre = place(finding, isLeft: isLeft, across: 0.55...0.65, &random)
      for band in 0..<bands {
        let middle = centre + SIMD2(Float(random.uniform(-0.6...0.6)), Float(band) * -1.7)
        let half = Float(random.uniform(3.2...4.4))
        let slope = Float(random.uniform(-0.28...0.12))
        let course = (0...8).map { step -> SIMD2<Float> in
          let along = Float(step) / 4 - 1
          return middle + SIMD2(sign * half * along, half * along * slope + 0.35 * along * along)
        }
        canvas.stroke(course, radius: 0.42)
      }
    }
    canvas.flushStrokes { canvas, index, distance in
      guard canvas.lung[index] > 1.5 else { return }
      canvas.added[index] += 0.62 * (1 - distance * distance)
      extent.include(column: index % grid.width, row: index / grid.width)
    }
    return extent.box
  }

  /// Fluid in the lungs from failing circulation: a cloud around each hilum, and Kerley's lines at the sides of the bases.
  mutating func drawOedema(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    for isLeft in finding.sides {
      let sign = Self.sign(isLeft)
      let size = Float(
        finding.graded(random.uniform(4.4...5), random.uniform(5.2...5.8), random.uniform(6...7)))
      let centre = SIMD2(body.midline + sign * (3.6 + 0.42 * size), body.y(level: 0.5))
      fill(
        centre, radii: SIMD2(size, size * 1.2), opacity: finding.graded(0.46, 0.58, 0.74), extent: &extent,
        &random)
      for line in 0..<7 {
        let y = body.y(level: 0.98) - Float(line) * 0.95
        let outer = body.midline + sign * (body.cageHalfWidth(y) - 0.3)
        canvas.stroke(
          [SIMD2(outer, y), SIMD2(outer - sign * Float(random.uniform(1.5...2.3)), y + 0.1)], radius: 0.13)
      }
    }
    canvas.flushRods(radius: 0.13, attenuation: 1.2, onlyInLung: true)
    return extent.box
  }

  /// Lungs that hold less tissue, with thin-walled bullae.
  mutating func drawEmphysema(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    let grid = grid
    var extent = PixelExtent()
    for index in canvas.lung.indices where canvas.lung[index] > 1.5 {
      canvas.added[index] -= 0.02 * body.inflation * canvas.lung[index]
      extent.include(column: index % grid.width, row: index / grid.width)
    }
    for _ in 0..<finding.graded(1, 2, 4) {
      let isLeft = random.uniform() < 0.5
      let zone: Location = random.uniform() < 0.7 ? .upperZone : .lowerZone
      let bulla = PhantomFinding(code: .emphysema, zone: zone)
      let centre = place(bulla, isLeft: isLeft, across: 0.6...0.8, &random)
      let radius = Float(random.uniform(1.3...2.2))
      grid.forEachChord(x: centre.x, y: centre.y, a: radius, b: radius, depth: radius) { index, chord in
        let moved = min(chord, canvas.lung[index])
        canvas.lung[index] -= moved
        canvas.freeAir[index] += moved
        if chord < 1.1 { canvas.added[index] += 0.07 }
      }
    }
    return extent.box
  }
}
