import Tensors

/// Rows and columns of patches, each with a row of numbers in reading order.
struct PatchGrid: Equatable {
  let rows: Int
  let columns: Int

  /// Bicubic interpolation of a table of another grid (Keys 1981 with a = −0.75, pixel centres aligned, borders repeated,
  /// as in PyTorch). table: [rows × columns of `other`, width]; the result: [rows × columns, width].
  func resize(_ table: Tensor, from other: PatchGrid, _ tape: Tape) throws -> Tensor {
    let down = CubicTaps(from: other.rows, to: rows)
    let across = CubicTaps(from: other.columns, to: columns)
    let tall = try combine(table, count: rows * other.columns, tape) { index, tap in
      let (row, column) = index.quotientAndRemainder(dividingBy: other.columns)
      return (down.sources[row][tap] * other.columns + column, down.weights[row][tap])
    }
    return try combine(tall, count: rows * columns, tape) { index, tap in
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      return (row * other.columns + across.sources[column][tap], across.weights[column][tap])
    }
  }

  /// For each of `count` rows the weighted sum of four rows of a table.
  private func combine(
    _ table: Tensor, count: Int, _ tape: Tape,
    _ source: (_ index: Int, _ tap: Int) -> (row: Int, weight: Float)
  ) throws -> Tensor {
    let width = table.columnCount
    let parts = try (0..<4).map { tap in
      let sources = (0..<count).map { source($0, tap) }
      let weights = sources.flatMap { Array(repeating: $0.weight, count: width) }
      let rows = try tape.gatherRows(
        table, Tensor(indices: sources.map { Int32($0.row) }, on: tape.device))
      return try tape.multiply(rows, Tensor(weights, [count, width], on: tape.device))
    }
    return try tape.add(tape.add(parts[0], parts[1]), tape.add(parts[2], parts[3]))
  }
}

/// The four neighbours of each new point on a line, and their weights.
private struct CubicTaps {
  private(set) var sources: [[Int]] = []
  private(set) var weights: [[Float]] = []

  init(from old: Int, to new: Int) {
    let step = Float(old) / Float(new)
    for point in 0..<new {
      let place = step * (Float(point) + 0.5) - 0.5
      let first = place.rounded(.down)
      sources.append((-1...2).map { min(max(Int(first) + $0, 0), old - 1) })
      weights.append((-1...2).map { Self.weight(place - first - Float($0)) })
    }
  }

  private static func weight(_ distance: Float) -> Float {
    let a: Float = -0.75
    let x = distance.magnitude
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }
}
