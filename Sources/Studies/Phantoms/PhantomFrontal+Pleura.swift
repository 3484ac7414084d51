internal import Glibc
internal import Groundwork

extension PhantomFrontal {
  /// Fluid fills the lung's place from the costophrenic angle up, higher at the side than inside (the meniscus).
  mutating func drawEffusion(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    for isLeft in finding.sides {
      let sign = Self.sign(isLeft)
      let outer = body.cageHalfWidth(body.y(level: 1))
      let angle = body.dome(distance: outer, isLeft: isLeft)
      let height = Float(
        finding.graded(random.uniform(4.4...5.6), random.uniform(8.5...10.5), random.uniform(13.5...17)))
      let grid = grid
      let wave = PhantomNoise(grid, cell: 4, &random)
      grid.forEach(
        left: sign > 0 ? body.midline : body.midline - outer * 1.1, top: angle - height - 2,
        right: sign > 0 ? body.midline + outer * 1.1 : body.midline, bottom: body.y(level: 1.7)
      ) { index, x, y in
        guard canvas.lung[index] > 0 else { return }
        let across = min(1, abs(x - body.midline) / outer)
        let inside = max(0, 0.3 - across) * 0.6
        let surface =
          angle - height * (0.52 + 0.48 * across * across * across + inside) + 0.25 * wave.value(x, y)
        let fluid = smoothStep(-0.9, 0.6, y - surface)
        guard fluid > 0 else { return }
        if fluid > 0.5, canvas.lung[index] > 1.2 {
          extent.include(column: index % grid.width, row: index / grid.width)
        }
        canvas.lung[index] *= 1 - fluid
      }
    }
    return extent.box
  }

  /// Air between chest wall and lung: darker, without vessels, bounded by the fine line of the visceral pleura; the lung
  /// beneath shrinks and whitens.
  mutating func drawPneumothorax(_ finding: PhantomFinding, _ random: inout PhiloxGenerator) -> PixelBox? {
    var extent = PixelExtent()
    let gap = Float(
      finding.graded(random.uniform(1.9...2.6), random.uniform(3.2...4.3), random.uniform(5.5...7)))
    let density: Float = finding.graded(0.1, 0.2, 0.38)
    for isLeft in finding.sides {
      let sign = Self.sign(isLeft)
      let grid = grid
      for row in 0..<grid.height {
        let y = grid.y(row: row)
        let level = body.level(y)
        guard level > 0, level < 1.5 else { continue }
        let narrowing = gap * (1.1 - 0.45 * min(1, level))
        // The collapsed lung keeps a rounded top.
        let cap = max(0, min(1, (y - body.apex - 0.8 * gap) / 6))
        let rounding = (1 - (1 - cap) * (1 - cap)).squareRoot()
        let edge =
          rounding
          * min(body.cageHalfWidth(y) - narrowing, body.cageHalfWidth(y - 0.8 * gap) - 0.5 * narrowing)
        for column in 0..<grid.width {
          let index = row * grid.width + column
          let distance = (grid.x(column: column) - body.midline) * sign
          guard distance > 0, canvas.lung[index] > 0 else { continue }
          let path = canvas.lung[index]
          let outside = smoothStep(-0.08, 0.08, distance - edge)
          let line = max(0, 1 - abs(distance - edge - 0.05) / 0.16)
          canvas.lung[index] = path * (1 - outside) * (1 - density)
          canvas.freeAir[index] += path * outside * 0.95
          canvas.added[index] += 0.16 * line * min(1, path / 3)
          if outside > 0.5, path > 1.5 { extent.include(column: column, row: row) }
        }
      }
    }
    return extent.box
  }
}
