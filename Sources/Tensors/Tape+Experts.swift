internal import CKernels

/// How a router chooses experts for a token.
public struct RouterShape: Sendable, Equatable {
  public enum Score: Sendable { case softmax, sigmoid }
  /// What a group of experts is worth.
  public enum GroupWorth: Sendable { case best, twoBest }

  public var experts: Int
  /// Experts that take each token.
  public var chosen: Int
  /// Groups of equal size that the experts stand in, and how many of them may be chosen from.
  public var groups: Int
  public var keptGroups: Int
  public var score: Score
  public var groupWorth: GroupWorth
  /// Whether the weights of the chosen are divided by their sum.
  public var normalises: Bool
  /// Multiplies the weights at last.
  public var scale: Float

  public init(
    experts: Int, chosen: Int, groups: Int = 1, keptGroups: Int = 1, score: Score,
    groupWorth: GroupWorth = .best, normalises: Bool, scale: Float
  ) {
    self.experts = experts
    self.chosen = chosen
    self.groups = groups
    self.keptGroups = keptGroups
    self.score = score
    self.groupWorth = groupWorth
    self.normalises = normalises
    self.scale = scale
  }

  var router: lb_router {
    lb_router(
      experts: Int32(experts), chosen: Int32(chosen), groups: Int32(groups), kept_groups: Int32(keptGroups),
      sigmoid: score == .sigmoid, two_best: groupWorth == .twoBest, normalise: normalises, scale: scale)
  }
}

/// Mixtures of experts (Shazeer et al. 2017).
extension Tape {
  /// Chooses experts for each row of logits [rows, experts]. bias: [experts], added to the scores for the choice alone.
  /// Gives their numbers, int32 [rows × chosen], ascending in each row, and their weights [rows × chosen].
  public func route(_ logits: Tensor, bias: Tensor?, _ shape: RouterShape) throws -> (
    experts: Tensor, weights: Tensor
  ) {
    try require(
      logits.columnCount == shape.experts && (bias?.count ?? shape.experts) == shape.experts, "route",
      "\(logits.shape) for \(shape.experts) experts")
    let rows = Int64(logits.rowCount)
    let experts = try Tensor([logits.rowCount * shape.chosen], .int32, on: device)
    let weights = try result([logits.rowCount * shape.chosen], from: [logits])
    let router = shape.router
    try device.run("route") {
      $0.route_forward?($1, router, logits.floats, bias?.floats, rows, experts.integers, weights.floats)
    }
    record(weights) { [device] gradient in
      let target = try logits.gradient.target()
      try device.run("route") {
        $0.route_backward?($1, router, logits.floats, experts.integers, gradient, rows, target)
      }
    }
    return (experts, weights)
  }

  /// A product with a weight of its own for each range of rows. x: [rows, in]; the ranges follow each other and cover the
  /// rows; weights: [out, in], a tensor of its own for each; the result: [rows, out].
  public func groupedLinear(_ x: Tensor, _ weights: [Tensor], _ ranges: [Range<Int>]) throws -> Tensor {
    let width = weights.first?.rowCount ?? 0
    try require(
      weights.count == ranges.count
        && weights.allSatisfy { $0.rowCount == width && $0.columnCount == x.columnCount }
        && ranges.reduce(0) { $1.lowerBound == $0 ? $1.upperBound : -1 } == x.rowCount, "groupedLinear",
      "\(x.shape) by \(weights.count) weights")
    let y = try result([x.rowCount, width], from: [x] + weights)
    let groups = ranges.indices.filter { !ranges[$0].isEmpty }.map { (weight: weights[$0], rows: ranges[$0]) }
    try multiply(
      groups.map { x.matrix.rows($0.rows) }, false, groups.map(\.weight.matrix), true,
      groups.map { y.matrix.rows($0.rows) })
    let (input, output) = (x.matrix, y.matrix)
    // The values of x are for the weights' gradients; frozen weights need none.
    let kept = weights.contains(where: \.needsGradient) ? x : nil
    record(y) { [self, place = x.gradient] gradient in
      let arrived = output.at(gradient)
      if place.isWanted {
        let target = try place.target()
        let destination = input.at(target.data)
        try multiply(
          groups.map { arrived.rows($0.rows) }, false, groups.map(\.weight.matrix), false,
          groups.map { destination.rows($0.rows) }, accumulate: groups.map { _ in target.accumulate })
      }
      guard let kept else { return }
      let learned = groups.filter(\.weight.needsGradient)
      let targets = try learned.map { try $0.weight.gradient.target() }
      try multiply(
        learned.map { arrived.rows($0.rows) }, true, learned.map { kept.matrix.rows($0.rows) }, false,
        zip(learned, targets).map { $0.weight.matrix.at($1.data) }, accumulate: targets.map(\.accumulate))
    }
    return y
  }

  /// Each row of x times its own factor; factors: [rows].
  public func scaleRows(_ x: Tensor, by factors: Tensor) throws -> Tensor {
    try require(factors.count == x.rowCount, "scaleRows", "\(x.shape) by \(factors.count) factors")
    let (rows, columns) = (Int64(x.rowCount), Int64(x.columnCount))
    let y = try result(x.shape, from: [x, factors])
    let destination = lb_gradient(data: y.floats, accumulate: false)
    try device.run("scale_rows") {
      $0.scale_rows?($1, factors.floats, x.floats, rows, columns, destination)
    }
    // The values of x are for the factors' gradient alone.
    let kept = factors.needsGradient ? x : nil
    record(y) { [device, place = x.gradient] gradient in
      if place.isWanted {
        let target = try place.target()
        try device.run("scale_rows") {
          $0.scale_rows?($1, factors.floats, gradient, rows, columns, target)
        }
      }
      if let kept {
        let target = try factors.gradient.target()
        try device.run("row_dots") { $0.row_dots?($1, gradient, kept.floats, rows, columns, target) }
      }
    }
    return y
  }

  /// y[indices[r]] = Σ x[r], added in the order of r, for `rows` rows: the way back from `gatherRows`.
  public func scatterRows(_ x: Tensor, _ indices: Tensor, rows: Int) throws -> Tensor {
    try require(
      indices.dtype == .int32 && indices.count == x.rowCount, "scatterRows",
      "\(x.shape) to \(indices.count) rows")
    let y = try result([rows, x.columnCount], from: [x])
    let count = Int64(indices.count)
    try y.fillWithZeros()
    try device.run("scatter_add_rows") {
      $0.scatter_add_rows?($1, x.floats, indices.integers, count, y.matrix)
    }
    let table = y.matrix
    record(y) { [device, place = x.gradient] gradient in
      guard place.isWanted else { return }
      let gathered = try Tensor([place.count], on: device)
      try device.run("gather_rows") {
        $0.gather_rows?($1, table.at(gradient), indices.integers, count, gathered.floats)
      }
      try place.receive(gathered.storage)
    }
    return y
  }

  private func multiply(
    _ a: [lb_matrix], _ transposeA: Bool, _ b: [lb_matrix], _ transposeB: Bool, _ c: [lb_matrix],
    accumulate: [Bool]? = nil
  ) throws {
    try device.run("grouped_matmul") { kernels, stream in
      guard let accumulate else {
        return kernels.grouped_matmul?(stream, Int64(a.count), a, transposeA, b, transposeB, c, nil)
      }
      return kernels.grouped_matmul?(stream, Int64(a.count), a, transposeA, b, transposeB, c, accumulate)
    }
  }
}

extension lb_matrix {
  /// Some rows in sequence.
  fileprivate func rows(_ range: Range<Int>) -> lb_matrix {
    let bytes = dtype == LB_BFLOAT16 ? 2 : 4
    return lb_matrix(
      data: data?.advanced(by: range.lowerBound * Int(stride) * bytes), dtype: dtype,
      rows: Int64(range.count), columns: columns, stride: stride)
  }
}
