internal import Glibc
internal import Groundwork

/// The image plane of a phantom: `width` x `height` square pixels of `spacing` centimetres. x runs to the right from the
/// middle of the image (in a frontal view the patient's left is positive), y runs down from the top.
struct PhantomGrid {
  let width: Int
  let height: Int
  /// Centimetres per pixel.
  let spacing: Float

  var count: Int { width * height }

  func x(column: Int) -> Float { (Float(column) + 0.5 - Float(width) / 2) * spacing }
  func y(row: Int) -> Float { (Float(row) + 0.5) * spacing }

  /// The columns whose centres lie between two x, within the image.
  func columns(from left: Float, to right: Float) -> Range<Int> {
    Self.range(left / spacing + Float(width) / 2, right / spacing + Float(width) / 2, count: width)
  }

  func rows(from top: Float, to bottom: Float) -> Range<Int> {
    Self.range(top / spacing, bottom / spacing, count: height)
  }

  private static func range(_ low: Float, _ high: Float, count: Int) -> Range<Int> {
    let start = max(0, min(count, Int((low - 0.5).rounded(.up))))
    let end = max(start, min(count, Int((high - 0.5).rounded(.down)) + 1))
    return start..<end
  }

  /// The box of pixels around a region in centimetres, cut at the image's edges; nil when nothing of it is in the image.
  func box(left: Float, top: Float, right: Float, bottom: Float) -> PixelBox? {
    let columns = columns(from: left, to: right)
    let rows = rows(from: top, to: bottom)
    guard !columns.isEmpty, !rows.isEmpty else { return nil }
    return PixelBox(
      x: Double(columns.lowerBound), y: Double(rows.lowerBound), width: Double(columns.count),
      height: Double(rows.count))
  }
}

extension PhantomGrid {
  /// Calls for each pixel of a region with its index and place.
  func forEach(
    left: Float, top: Float, right: Float, bottom: Float,
    _ visit: (_ index: Int, _ x: Float, _ y: Float) -> Void
  ) {
    let columns = self.columns(from: left, to: right)
    for row in rows(from: top, to: bottom) {
      let y = self.y(row: row)
      for column in columns { visit(row * width + column, self.x(column: column), y) }
    }
  }

  /// Chord length through an ellipsoid with semi-axes `a` (along the tilt), `b` and `depth`, added to by `add`.
  func forEachChord(
    x centreX: Float, y centreY: Float, a: Float, b: Float, depth: Float, tilt: Float = 0,
    _ visit: (_ index: Int, _ chord: Float) -> Void
  ) {
    let reach = max(a, b)
    let cosine = cos(tilt)
    let sine = sin(tilt)
    forEach(left: centreX - reach, top: centreY - reach, right: centreX + reach, bottom: centreY + reach) {
      index, x, y in
      let along = ((x - centreX) * cosine + (y - centreY) * sine) / a
      let across = ((y - centreY) * cosine - (x - centreX) * sine) / b
      let rest = 1 - along * along - across * across
      if rest > 0 { visit(index, 2 * depth * rest.squareRoot()) }
    }
  }
}

/// The pixels touched by something drawn.
struct PixelExtent {
  private var left = Int.max
  private var right = Int.min
  private var top = Int.max
  private var bottom = Int.min

  mutating func include(column: Int, row: Int) {
    left = min(left, column)
    right = max(right, column)
    top = min(top, row)
    bottom = max(bottom, row)
  }

  var box: PixelBox? {
    guard left <= right else { return nil }
    return PixelBox(
      x: Double(left), y: Double(top), width: Double(right - left + 1), height: Double(bottom - top + 1))
  }
}

/// Smooth random field of about unit variance: normal numbers on a lattice, cubically blended between its points.
struct PhantomNoise {
  private let values: [Float]
  private let columns: Int
  private let rows: Int
  private let cell: Float
  private let left: Float

  /// `cell`: the distance of lattice points in centimetres; the field covers the grid's plane.
  init(_ grid: PhantomGrid, cell: Float, _ random: inout PhiloxGenerator) {
    self.cell = cell
    left = Float(grid.width) * grid.spacing / 2
    columns = Int(Float(grid.width) * grid.spacing / cell) + 3
    rows = Int(Float(grid.height) * grid.spacing / cell) + 3
    values = (0..<columns * rows).map { _ in Float(random.normal()) }
  }

  /// The field at a place of the plane.
  func value(_ x: Float, _ y: Float) -> Float {
    let column = max(0, min(Float(columns) - 1.001, (x + left) / cell))
    let row = max(0, min(Float(rows) - 1.001, y / cell))
    let firstColumn = Int(column)
    let firstRow = Int(row)
    let across = blend(column - Float(firstColumn))
    let down = blend(row - Float(firstRow))
    let index = firstRow * columns + firstColumn
    return values.withUnsafeBufferPointer { values in
      let upper = values[index] + (values[index + 1] - values[index]) * across
      let lower = values[index + columns] + (values[index + columns + 1] - values[index + columns]) * across
      return upper + (lower - upper) * down
    }
  }

  private func blend(_ fraction: Float) -> Float { fraction * fraction * (3 - 2 * fraction) }
}

/// 0 below `low`, 1 above `high`, smooth between.
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let fraction = max(0, min(1, (value - low) / (high - low)))
  return fraction * fraction * (3 - 2 * fraction)
}

/// A blurred copy: three passes of a running mean, near to a Gaussian of standard deviation `deviation` pixels, edges
/// continued. (Wells 1986, "Efficient synthesis of Gaussian filters by cascaded uniform filters".)
func blurred(_ image: [Float], width: Int, height: Int, deviation: Float) -> [Float] {
  let radius = max(1, Int(((4 * deviation * deviation + 1).squareRoot() - 1) / 2 + 0.5))
  var source = image
  var target = image
  for _ in 0..<3 {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for row in 0..<height {
          runningMean(source, target, start: row * width, step: 1, count: width, radius: radius)
        }
      }
    }
    target.withUnsafeBufferPointer { target in
      source.withUnsafeMutableBufferPointer { source in
        for column in 0..<width {
          runningMean(target, source, start: column, step: width, count: height, radius: radius)
        }
      }
    }
  }
  return source
}

private func runningMean(
  _ source: UnsafeBufferPointer<Float>, _ target: UnsafeMutableBufferPointer<Float>, start: Int, step: Int,
  count: Int, radius: Int
) {
  func value(_ index: Int) -> Float { source[start + max(0, min(count - 1, index)) * step] }
  var sum: Float = 0
  for index in -radius...radius { sum += value(index) }
  let scale = 1 / Float(2 * radius + 1)
  for index in 0..<count {
    target[start + index * step] = sum * scale
    sum += value(index + radius + 1) - value(index - radius)
  }
}
