internal import CKernels

/// One sequence of a ragged batch: its query rows attend to its key rows.
public struct AttentionRange: Sendable, Equatable {
  public var queries: Range<Int>
  public var keys: Range<Int>
  /// Under causal masking, query i of the range sees keys 0 … position + i of the range.
  public var position: Int

  public init(queries: Range<Int>, keys: Range<Int>, position: Int = 0) {
    self.queries = queries
    self.keys = keys
    self.position = position
  }

  var range: lb_range {
    lb_range(
      query_start: Int64(queries.lowerBound), query_count: Int64(queries.count),
      key_start: Int64(keys.lowerBound), key_count: Int64(keys.count), position: Int64(position))
  }
}

/// How an attention looks: its heads and what a query may see.
public struct AttentionShape: Sendable, Equatable {
  public var queryHeads: Int
  /// Divides `queryHeads` (grouped-query attention, Ainslie et al. 2023).
  public var keyHeads: Int
  /// Features of one head.
  public var headSize: Int
  /// Multiplies q·k.
  public var scale: Float
  public var isCausal: Bool
  /// Above 0: a query sees only the last `window` keys up to its own position.
  public var window: Int
  /// With a window: the first `prefix` keys of a range are seen by every query.
  public var prefix: Int

  public init(
    queryHeads: Int, keyHeads: Int, headSize: Int, scale: Float? = nil, isCausal: Bool, window: Int = 0,
    prefix: Int = 0
  ) {
    self.queryHeads = queryHeads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.scale = scale ?? 1 / Float(headSize).squareRoot()
    self.isCausal = isCausal
    self.window = window
    self.prefix = prefix
  }

  var shape: lb_attention {
    lb_attention(
      query_heads: Int32(queryHeads), key_heads: Int32(keyHeads), head_size: Int32(headSize), scale: scale,
      causal: isCausal, window: Int64(window), prefix: Int64(prefix))
  }
}

extension Tape {
  /// softmax(scale q kᵀ, masked) v for each range and head, without the full score matrix (Dao et al. 2022).
  /// q: [query rows, query heads × head size]; k, v: [key rows, key heads × head size]; the result is like q. A query
  /// without keys gives zeros. Query rows must all be covered by the ranges.
  public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ attention: AttentionShape, _ ranges: [AttentionRange]
  ) throws -> Tensor {
    try requireHeads(q, k, attention, ranges)
    try requireSameShape(k, v, "attention")
    let y = try result(q.shape, from: [q, k, v])
    let logSums = y.needsGradient ? try Tensor([q.rowCount, attention.queryHeads], on: device) : nil
    let shape = attention.shape
    let list = ranges.map(\.range)
    if ranges.reduce(0, { $0 + $1.queries.count }) < q.rowCount { try y.fillWithZeros() }
    try device.run("attention") {
      $0.attention_forward?(
        $1, shape, list, Int64(list.count), q.matrix, k.matrix, v.matrix, y.matrix, logSums?.floats)
    }
    record(y) { [device] gradient in
      let gradient = y.matrix.at(gradient)
      let qTarget = try q.addedGradientMatrix()
      let kTarget = try k.addedGradientMatrix()
      let vTarget = try v.addedGradientMatrix()
      try device.run("attention") {
        $0.attention_backward?(
          $1, shape, list, Int64(list.count), q.matrix, k.matrix, v.matrix, y.matrix, logSums?.floats,
          gradient,
          qTarget, kTarget, vTarget)
      }
    }
    return y
  }

  /// For pictures: the share of attention that each key row receives, over the queries and heads of its range.
  /// The result: [key rows]; it has no gradient.
  public func attentionWeights(
    _ q: Tensor, _ k: Tensor, _ attention: AttentionShape, _ ranges: [AttentionRange]
  ) throws -> Tensor {
    try requireHeads(q, k, attention, ranges)
    let weights = try Tensor.zeros([k.rowCount], on: device)
    let list = ranges.map(\.range)
    try device.run("attention_weights") {
      $0.attention_weights?($1, attention.shape, list, Int64(list.count), q.matrix, k.matrix, weights.floats)
    }
    return weights
  }

  private func requireHeads(
    _ q: Tensor, _ k: Tensor, _ attention: AttentionShape, _ ranges: [AttentionRange]
  ) throws {
    try require(
      q.columnCount == attention.queryHeads * attention.headSize
        && k.columnCount == attention.keyHeads * attention.headSize, "attention",
      "\(q.shape) and \(k.shape) for \(attention.queryHeads)/\(attention.keyHeads) heads of \(attention.headSize)"
    )
    try require(
      ranges.allSatisfy { $0.queries.upperBound <= q.rowCount && $0.keys.upperBound <= k.rowCount },
      "attention",
      "a range leaves the rows")
  }

  /// Rotary position embedding (Su et al. 2021): rotates pairs of features of each head by
  /// positions[row] × frequencies[pair]. Pairs are (i, i + size/2), or (2i, 2i + 1) when interleaved.
  /// x: [rows, heads × head size]; positions: int32, [rows]; frequencies: [head size / 2].
  public func rotary(
    _ x: Tensor, heads: Int, positions: Tensor, frequencies: Tensor, interleaved: Bool
  ) throws -> Tensor {
    let headSize = frequencies.count * 2
    try require(
      x.columnCount == heads * headSize && positions.count == x.rowCount && positions.dtype == .int32,
      "rotary",
      "\(x.shape) with \(heads) heads of \(headSize)")
    let y = try result(x.shape, from: [x])
    let (rows, stride) = (Int64(x.rowCount), Int64(x.columnCount))
    func rotate(
      _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>?, inverse: Bool
    ) throws {
      try device.run("rotary") {
        $0.rotary?(
          $1, source, stride, destination, stride, rows, Int32(heads), Int32(headSize), positions.integers,
          frequencies.floats, interleaved, inverse)
      }
    }
    try rotate(x.floats, y.floats, inverse: false)
    record(y) { [device, place = x.gradient] gradient in
      let target = try place.target()
      guard target.accumulate else { return try rotate(gradient, target.data, inverse: true) }
      let turned = try Tensor([place.count], on: device)
      try rotate(gradient, turned.floats, inverse: true)
      try device.run("scale") { $0.scale?($1, turned.floats, 1, target, Int64(place.count)) }
    }
    return y
  }

  /// x + g × branch in the rows whose mask is set, x elsewhere, bit for bit (Alayrac et al. 2022, "Flamingo").
  /// g is tanh(gate) when `squash` is set, else gate; gate: [1]; mask: uint8, [rows], or nil for every row.
  public func gatedResidual(
    _ x: Tensor, branch: Tensor, gate: Tensor, squash: Bool, mask: Tensor?
  ) throws -> Tensor {
    try requireSameShape(x, branch, "gatedResidual")
    try require(
      gate.count == 1 && (mask.map { $0.count == x.rowCount && $0.dtype == .uint8 } ?? true), "gatedResidual",
      "one gate and a byte for each row are needed")
    let rows = Int64(x.rowCount)
    let columns = Int64(x.columnCount)
    let bytes = mask?.memory.assumingMemoryBound(to: UInt8.self)
    let y = try result(x.shape, from: [x, branch, gate])
    try device.run("gated_residual") {
      $0.gated_residual_forward?(
        $1, x.floats, branch.floats, gate.floats, squash, bytes, rows, columns, y.floats)
    }
    let whole = y.gradient.whole
    record(y) { [device, input = x.gradient] gradient in
      if branch.needsGradient || gate.needsGradient {
        let branchTarget = try branch.gradient.target()
        let gateTarget = try gate.gradient.target()
        let bytes = mask?.memory.assumingMemoryBound(to: UInt8.self)
        try device.run("gated_residual") {
          $0.gated_residual_backward?(
            $1, branch.floats, gate.floats, squash, bytes, gradient, rows, columns, branchTarget, gateTarget)
        }
      }
      if let finished = whole?.arrivedStorage { try input.receive(finished) }
    }
    return y
  }
}
