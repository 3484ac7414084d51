internal import CKernels

/// Moving and summing rows.
extension Tape {
  /// y[r] = table[indices[r]]: an embedding. `indices`: int32, [n]; the result is float32, [n, columns].
  public func gatherRows(_ table: Tensor, _ indices: Tensor) throws -> Tensor {
    try require(indices.dtype == .int32, "gatherRows", "indices must be int32")
    let y = try result([indices.count, table.columnCount], from: [table])
    try device.run("gather_rows") {
      $0.gather_rows?($1, table.matrix, indices.integers, Int64(indices.count), y.floats)
    }
    let rows = table.matrix
    record(y) { [device, place = table.gradient] gradient in
      let target = rows.at(try place.added())
      try device.run("scatter_add_rows") {
        $0.scatter_add_rows?($1, gradient, indices.integers, Int64(indices.count), target)
      }
    }
    return y
  }

  /// The rows of several tensors one after the other.
  public func concatenateRows(_ parts: [Tensor]) throws -> Tensor {
    let columns = parts.first?.columnCount ?? 0
    try require(parts.allSatisfy { $0.columnCount == columns }, "concatenateRows", "columns differ")
    let y = try result([parts.reduce(0) { $0 + $1.rowCount }, columns], from: parts)
    var start = 0
    for part in parts {
      try copy(part, to: try y.rows(start..<start + part.rowCount))
      start += part.rowCount
    }
    record(y) { [device, places = parts.map(\.gradient)] gradient in
      var source = gradient
      for place in places {
        let target = try place.target()
        if target.data != nil {
          try device.run("scale") { $0.scale?($1, source, 1, target, Int64(place.count)) }
        }
        source += place.count
      }
    }
    return y
  }

  /// x + vector in every row; vector: [columns].
  public func addRowVector(_ x: Tensor, _ vector: Tensor) throws -> Tensor {
    try require(vector.count == x.columnCount, "addRowVector", "\(vector.shape) to rows of \(x.shape)")
    let y = try result(x.shape, from: [x, vector])
    let rows = Int64(x.rowCount)
    let columns = Int64(x.columnCount)
    try device.run("add_row_vector") {
      $0.add_row_vector?($1, x.floats, vector.floats, y.floats, rows, columns)
    }
    let whole = y.gradient.whole
    record(y) { [device, input = x.gradient] gradient in
      if let finished = whole?.arrivedStorage { try input.receive(finished) }
      if vector.needsGradient {
        let target = try vector.gradient.target()
        try device.run("column_sums") { $0.column_sums?($1, gradient, rows, columns, target) }
      }
    }
    return y
  }

  /// y[r] = Σ over columns of a[r, c] × b[r, c]; the result is [rows].
  public func rowDots(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try requireSameShape(a, b, "rowDots")
    let rows = Int64(a.rowCount)
    let columns = Int64(a.columnCount)
    let y = try result([a.rowCount], from: [a, b])
    let destination = lb_gradient(data: y.floats, accumulate: false)
    try device.run("row_dots") { $0.row_dots?($1, a.floats, b.floats, rows, columns, destination) }
    record(y) { [device] gradient in
      for (input, other) in [(a, b), (b, a)] where input.needsGradient {
        let target = try input.gradient.target()
        try device.run("scale_rows") { $0.scale_rows?($1, gradient, other.floats, rows, columns, target) }
      }
    }
    return y
  }

  /// The mean row of each range of rows; zeros for an empty range. The result is [ranges, columns].
  public func rangeMeans(_ x: Tensor, _ ranges: [Range<Int>]) throws -> Tensor {
    try require(
      ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= x.rowCount }, "rangeMeans",
      "a range leaves the \(x.rowCount) rows")
    let starts = ranges.map { Int64($0.lowerBound) }
    let counts = ranges.map { Int64($0.count) }
    let columns = Int64(x.columnCount)
    let y = try result([ranges.count, x.columnCount], from: [x])
    try device.run("range_means") {
      $0.range_means?($1, x.floats, starts, counts, Int64(ranges.count), columns, y.floats)
    }
    record(y) { [device, place = x.gradient] gradient in
      guard let target = try place.added() else { return }
      try device.run("range_means") {
        $0.range_means_backward?($1, gradient, starts, counts, Int64(ranges.count), columns, target)
      }
    }
    return y
  }
}
