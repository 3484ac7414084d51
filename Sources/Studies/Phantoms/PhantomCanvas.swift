internal import Glibc

/// How strongly matter attenuates, per centimetre, at the effective energy of a chest tube voltage (about 60 keV, after the
/// tables of Hubbell & Seltzer 1995; bone as ribs are, cortex around marrow).
enum Attenuation {
  static let softTissue: Float = 0.19
  static let lung: Float = 0.05
  /// More than soft tissue.
  static let cortex: Float = 0.30
  static let marrow: Float = 0.09
  static let metal: Float = 4.0
}

/// The line integrals of a phantom while it is put together: path lengths in centimetres, one value a pixel.
struct PhantomCanvas {
  let grid: PhantomGrid
  /// Through the whole body.
  var body: [Float]
  /// Through aerated lung.
  var lung: [Float]
  /// Through free air outside the lung.
  var freeAir: [Float]
  /// Attenuation of all that is neither (bone, metal, vessels), without unit.
  var added: [Float]
  /// Distance to the nearest stroke of the group being drawn, in units of its radius.
  private var scratch: [Float]
  private var touched = PixelWindow()

  init(_ grid: PhantomGrid) {
    self.grid = grid
    body = [Float](repeating: 0, count: grid.count)
    lung = body
    freeAir = body
    added = body
    scratch = [Float](repeating: Self.far, count: grid.count)
  }

  private static let far: Float = 2

  /// The whole line integral.
  func attenuation() -> [Float] {
    var result = added
    let lungDeficit = Attenuation.softTissue - Attenuation.lung
    for index in result.indices {
      result[index] += Attenuation.softTissue * (body[index] - freeAir[index]) - lungDeficit * lung[index]
      if result[index] < 0 { result[index] = 0 }
    }
    return result
  }

  // MARK: Strokes

  /// Draws a tube along points into the scratch plane; overlapping parts of one group join instead of adding up.
  mutating func stroke(_ points: [SIMD2<Float>], radius: Float, endRadius: Float? = nil) {
    guard points.count > 1 else { return }
    let last = Float(points.count - 1)
    for index in 0..<points.count - 1 {
      let fraction = Float(index) / last
      segment(points[index], points[index + 1], radius: radius + ((endRadius ?? radius) - radius) * fraction)
    }
  }

  private mutating func segment(_ start: SIMD2<Float>, _ end: SIMD2<Float>, radius: Float) {
    let columns = grid.columns(from: min(start.x, end.x) - radius, to: max(start.x, end.x) + radius)
    let rows = grid.rows(from: min(start.y, end.y) - radius, to: max(start.y, end.y) + radius)
    guard !columns.isEmpty, !rows.isEmpty else { return }
    touched.include(columns, rows)
    let direction = end - start
    let lengthSquared = max(1e-6, (direction * direction).sum())
    let inverse = 1 / radius
    scratch.withUnsafeMutableBufferPointer { scratch in
      for row in rows {
        let y = grid.y(row: row) - start.y
        for column in columns {
          let x = grid.x(column: column) - start.x
          let along = max(0, min(1, (x * direction.x + y * direction.y) / lengthSquared))
          let offsetX = x - along * direction.x
          let offsetY = y - along * direction.y
          let distance = (offsetX * offsetX + offsetY * offsetY).squareRoot() * inverse
          let index = row * grid.width + column
          if distance < scratch[index] { scratch[index] = distance }
        }
      }
    }
  }

  /// Hands each stroked pixel to `visit` with its distance from the axis (0 on it, 1 at the wall), and clears the scratch.
  mutating func flushStrokes(
    _ visit: (_ canvas: inout PhantomCanvas, _ index: Int, _ distance: Float) -> Void
  ) {
    for row in touched.rows {
      for index in row * grid.width + touched.columns.lowerBound..<row * grid.width
        + touched.columns.upperBound
      {
        let distance = scratch[index]
        guard distance < Self.far else { continue }
        scratch[index] = Self.far
        if distance < 1 { visit(&self, index, distance) }
      }
    }
    touched = PixelWindow()
  }

  /// Adds the strokes as bone: a cortical shell around marrow.
  mutating func flushBone(radius: Float, strength: Float = 1) {
    flushStrokes { canvas, index, distance in
      let outer = 2 * radius * (1 - distance * distance).squareRoot()
      let inner = 2 * radius * max(0, 0.58 - distance * distance).squareRoot()
      canvas.added[index] += strength * (Attenuation.cortex * (outer - inner) + Attenuation.marrow * inner)
    }
  }

  /// Adds the strokes as round rods of the given attenuation per centimetre; within the lung only when asked.
  mutating func flushRods(radius: Float, attenuation: Float, onlyInLung: Bool = false) {
    flushStrokes { canvas, index, distance in
      let chord = 2 * radius * (1 - distance * distance).squareRoot()
      let share = onlyInLung ? min(1, canvas.lung[index] / 3) : 1
      canvas.added[index] += attenuation * chord * share
    }
  }

  private struct PixelWindow {
    var columns = 0..<0
    var rows = 0..<0

    mutating func include(_ moreColumns: Range<Int>, _ moreRows: Range<Int>) {
      columns = columns.isEmpty ? moreColumns : Self.union(columns, moreColumns)
      rows = rows.isEmpty ? moreRows : Self.union(rows, moreRows)
    }

    private static func union(_ first: Range<Int>, _ second: Range<Int>) -> Range<Int> {
      min(first.lowerBound, second.lowerBound)..<max(first.upperBound, second.upperBound)
    }
  }
}

/// A smooth line through points (Catmull & Rom 1974).
func spline(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
  guard let first = points.first, let last = points.last else { return [] }
  let padded = [first] + points + [last]
  var line: [SIMD2<Float>] = []
  for index in 1..<padded.count - 2 {
    let (before, start, end, after) = (
      padded[index - 1], padded[index], padded[index + 1], padded[index + 2]
    )
    for step in 0..<6 {
      let time = Float(step) / 6
      let constant = start * 2
      let linear = (end - before) * time
      let quadratic = (before * 2 - start * 5 + end * 4 - after) * (time * time)
      let cubic = (start * 3 - before - end * 3 + after) * (time * time * time)
      line.append((constant + linear + quadratic + cubic) * 0.5)
    }
  }
  return line + [last]
}
