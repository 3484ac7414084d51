internal import CKernels

/// Parts of each head's features. A tensor [rows, heads × size] is read as `heads` runs of `size` columns in each row.
extension Tape {
  /// The columns `range` of each head. x: [rows, heads × size]; the result: [rows, heads × range.count].
  public func columns(_ range: Range<Int>, of x: Tensor, heads: Int) throws -> Tensor {
    try require(
      heads > 0 && x.columnCount % heads == 0 && range.lowerBound >= 0
        && range.upperBound <= x.columnCount / heads,
      "columns", "columns \(range) of \(heads) heads of \(x.shape)")
    let y = try result([x.rowCount, heads * range.count], from: [x])
    let runs = try x.runs(heads)
    let source = runs.part(range)
    let packed = try y.runs(heads)
    try device.run("copy_matrix") { $0.copy_matrix?($1, source, packed) }
    record(y) { [device, place = x.gradient] gradient in
      guard let target = try place.added() else { return }
      try device.run("add_matrix") { $0.add_matrix?($1, packed.at(gradient), runs.with(target).part(range)) }
    }
    return y
  }

  /// The features of several tensors side by side in each head, the rest up to `size` zeros. Each part: [rows, heads × n];
  /// the result: [rows, heads × size].
  public func joinColumns(_ parts: [Tensor], heads: Int, size: Int) throws -> Tensor {
    let rows = parts.first?.rowCount ?? 0
    let widths = parts.map { heads > 0 ? $0.columnCount / heads : 0 }
    try require(
      heads > 0 && parts.allSatisfy { $0.rowCount == rows && $0.columnCount % heads == 0 }
        && widths.reduce(0, +) <= size, "joinColumns",
      "\(parts.map(\.shape)) as \(heads) heads of \(size)")
    let y = try result([rows, heads * size], from: parts)
    let runs = try y.runs(heads)
    if widths.reduce(0, +) < size { try y.fillWithZeros() }
    var places: [(place: GradientPlace, range: Range<Int>, packed: lb_matrix)] = []
    var start = 0
    for (part, width) in zip(parts, widths) {
      let range = start..<start + width
      let packed = try part.runs(heads)
      try device.run("copy_matrix") { $0.copy_matrix?($1, packed, runs.part(range)) }
      places.append((part.gradient, range, packed))
      start += width
    }
    record(y) { [device, places] gradient in
      for (place, range, packed) in places {
        guard let target = try place.added() else { continue }
        try device.run("add_matrix") {
          $0.add_matrix?($1, runs.with(gradient).part(range), packed.at(target))
        }
      }
    }
    return y
  }

  /// A product for each head with its own part of a weight, without a gradient: for decoding.
  /// x: [rows, heads × size], of which each head's columns `range` are taken; weight: [heads × height, n], of which each
  /// head's rows `part` are. The result is [rows, heads × n] of x W, or with `transposed` [rows, heads × part.count] of
  /// x Wᵀ.
  public func headProducts(
    _ x: Tensor, columns range: Range<Int>, heads: Int, by weight: Tensor, rows part: Range<Int>,
    transposed: Bool
  ) throws -> Tensor {
    let inner = transposed ? weight.columnCount : part.count
    try require(
      heads > 0 && x.columnCount % heads == 0 && weight.rowCount % heads == 0
        && range.upperBound <= x.columnCount / heads && part.upperBound <= weight.rowCount / heads
        && range.count == inner, "headProducts", "\(x.shape) by \(weight.shape) in \(heads) heads")
    try require(!isRecording, "headProducts", "it has no gradient")
    let width = transposed ? part.count : weight.columnCount
    let y = try Tensor([x.rowCount, heads * width], on: device)
    let height = weight.rowCount / heads
    var (left, right, products): ([lb_matrix], [lb_matrix], [lb_matrix]) = ([], [], [])
    for head in 0..<heads {
      left.append(x.matrix.part(head * (x.columnCount / heads) + range.lowerBound, range.count))
      right.append(try weight.rows(head * height + part.lowerBound..<head * height + part.upperBound).matrix)
      products.append(y.matrix.part(head * width, width))
    }
    try device.run("grouped_matmul") {
      $0.grouped_matmul?($1, Int64(heads), left, false, right, transposed, products, nil)
    }
    return y
  }
}

extension Tensor {
  /// The tensor as one run of columns for each row and head: [rows × heads, size].
  fileprivate func runs(_ heads: Int) throws -> lb_matrix {
    try reshaped([rowCount * heads, columnCount / heads]).matrix
  }
}

extension lb_matrix {
  /// Some columns in sequence, of a float32 matrix.
  fileprivate func part(_ range: Range<Int>) -> lb_matrix { part(range.lowerBound, range.count) }

  fileprivate func part(_ start: Int, _ count: Int) -> lb_matrix {
    lb_matrix(
      data: data?.advanced(by: start * MemoryLayout<Float>.size), dtype: LB_FLOAT32, rows: rows,
      columns: Int64(count), stride: stride)
  }

  /// A matrix of the same rows, columns and stride elsewhere.
  fileprivate func with(_ data: UnsafeMutablePointer<Float>) -> lb_matrix {
    lb_matrix(data: data, dtype: LB_FLOAT32, rows: rows, columns: columns, stride: stride)
  }
}
