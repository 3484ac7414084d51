internal import CKernels

/// Losses: where gradients start. On a recording tape each computes its gradient together with its value, of
/// Σ factor[r] × loss[r]: the caller puts the weight of the loss and any mean into the factors.
extension Tape {
  public struct TokenLosses {
    /// The loss of each row, not weighted; 0 where the target is ignored. [rows]
    public let losses: Tensor
    /// The best class of each row. int32, [rows]
    public let predictions: Tensor
  }

  /// Cross-entropy of the rows of hidden weightᵀ, a chunk of rows at a time, never the full logits.
  /// hidden: [rows, d]; weight: [classes, d]; targets: int32, [rows], −100 is ignored; factors: [rows]; `smoothing` spreads
  /// that share of the target over all classes (Szegedy et al. 2016). The gradient of `weight` is added at once.
  public func linearCrossEntropy(
    _ hidden: Tensor, weight: Tensor, targets: Tensor, factors: Tensor, smoothing: Float = 0
  ) throws -> TokenLosses {
    let rows = hidden.rowCount
    try require(
      hidden.columnCount == weight.columnCount && targets.count == rows && targets.dtype == .int32
        && factors.count == rows, "linearCrossEntropy", "\(hidden.shape) by \(weight.shape)")
    let losses = try Tensor([rows], on: device)
    let predictions = try Tensor([rows], .int32, on: device)
    let none = lb_gradient(data: nil, accumulate: false)
    let hiddenGradient = isRecording && hidden.needsGradient ? try Tensor(hidden.shape, on: device) : nil
    let hiddenTarget = hiddenGradient.map { lb_gradient(data: $0.floats, accumulate: false) } ?? none
    let weightTarget = isRecording ? try weight.gradient.target() : none
    try device.run("linear_cross_entropy") {
      $0.linear_cross_entropy?(
        $1, hidden.matrix, weight.matrix, targets.integers, factors.floats, smoothing, losses.floats,
        predictions.integers, hiddenTarget, weightTarget)
    }
    try start(hidden, hiddenGradient)
    return TokenLosses(losses: losses, predictions: predictions)
  }

  /// Cross-entropy of logits [rows, classes]; targets and factors as above. Gives the loss of each row.
  public func crossEntropy(
    _ logits: Tensor, targets: Tensor, factors: Tensor, smoothing: Float = 0
  ) throws -> Tensor {
    let rows = logits.rowCount
    try require(
      targets.count == rows && targets.dtype == .int32 && factors.count == rows, "crossEntropy",
      "\(logits.shape) with \(targets.count) targets")
    let losses = try Tensor([rows], on: device)
    let logitsGradient = isRecording && logits.needsGradient ? try Tensor(logits.shape, on: device) : nil
    let target = lb_gradient(data: logitsGradient?.floats, accumulate: false)
    try device.run("cross_entropy") {
      $0.cross_entropy?(
        $1, logits.floats, Int64(rows), Int64(logits.columnCount), targets.integers, factors.floats,
        smoothing,
        losses.floats, target)
    }
    try start(logits, logitsGradient)
    return losses
  }

  /// Binary cross-entropy of σ(logits) with targets in 0 … 1, element by element; a factor of 0 leaves an element out.
  public func binaryCrossEntropy(_ logits: Tensor, targets: Tensor, factors: Tensor) throws -> Tensor {
    try require(
      targets.count == logits.count && factors.count == logits.count, "binaryCrossEntropy",
      "\(logits.shape) with \(targets.count) targets")
    let losses = try Tensor(logits.shape, on: device)
    let logitsGradient = isRecording && logits.needsGradient ? try Tensor(logits.shape, on: device) : nil
    let target = lb_gradient(data: logitsGradient?.floats, accumulate: false)
    try device.run("binary_cross_entropy") {
      $0.binary_cross_entropy?(
        $1, logits.floats, targets.floats, factors.floats, Int64(logits.count), losses.floats, target)
    }
    try start(logits, logitsGradient)
    return losses
  }

  private func start(_ input: Tensor, _ gradient: Tensor?) throws {
    if let gradient { try input.gradient.receive(gradient.storage) }
  }
}
