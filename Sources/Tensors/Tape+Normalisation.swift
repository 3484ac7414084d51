internal import CKernels

/// Normalisation of rows and of batches.
extension Tape {
  /// x / sqrt(mean(x²) + ε) × weight in each row (Zhang & Sennrich 2019). weight: [n], where n divides the columns of x:
  /// each run of n columns is normalised by itself, which serves a norm for each head.
  public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float) throws -> Tensor {
    let columns = weight.count
    try require(
      columns > 0 && x.columnCount % columns == 0, "rmsNorm", "\(x.shape) by the weight \(weight.shape)")
    let rows = x.count / columns
    let y = try result(x.shape, from: [x, weight])
    let scales = try Tensor([rows], on: device)
    try device.run("rms_norm") {
      $0.rms_norm_forward?(
        $1, x.floats, weight.floats, epsilon, Int64(rows), Int64(columns), y.floats, scales.floats)
    }
    record(y) { [device] gradient in
      let inputTarget = try x.gradient.target()
      let weightTarget = try weight.gradient.target()
      try device.run("rms_norm") {
        $0.rms_norm_backward?(
          $1, x.floats, weight.floats, scales.floats, gradient, Int64(rows), Int64(columns), inputTarget,
          weightTarget)
      }
    }
    return y
  }

  /// Layer normalisation of each row (Ba et al. 2016). weight, bias: [columns].
  public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) throws -> Tensor {
    try require(
      weight.count == x.columnCount && bias.count == x.columnCount, "layerNorm",
      "\(x.shape) by the weight \(weight.shape)")
    let rows = Int64(x.rowCount)
    let columns = Int64(x.columnCount)
    let y = try result(x.shape, from: [x, weight, bias])
    let means = try Tensor([x.rowCount], on: device)
    let scales = try Tensor([x.rowCount], on: device)
    try device.run("layer_norm") {
      $0.layer_norm_forward?(
        $1, x.floats, weight.floats, bias.floats, epsilon, rows, columns, y.floats, means.floats,
        scales.floats)
    }
    record(y) { [device] gradient in
      let inputTarget = try x.gradient.target()
      let weightTarget = try weight.gradient.target()
      let biasTarget = try bias.gradient.target()
      try device.run("layer_norm") {
        $0.layer_norm_backward?(
          $1, x.floats, weight.floats, means.floats, scales.floats, gradient, rows, columns, inputTarget,
          weightTarget, biasTarget)
      }
    }
    return y
  }

  /// Batch normalisation over rows (Ioffe & Szegedy 2015): with the statistics of the batch, which move the running ones by
  /// `momentum`, or with the running ones, and then without a gradient. weight, bias, running statistics: [columns].
  public func batchNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, epsilon: Float,
    momentum: Float, usesBatch: Bool
  ) throws -> Tensor {
    try require(weight.count == x.columnCount, "batchNorm", "\(x.shape) by the weight \(weight.shape)")
    let rows = Int64(x.rowCount)
    let columns = Int64(x.columnCount)
    let y = try result(x.shape, from: [x, weight, bias])
    guard usesBatch else {
      try require(
        !y.needsGradient, "batchNorm", "its gradient is defined with the statistics of a batch only")
      try device.run("batch_norm") {
        $0.batch_norm_inference?(
          $1, x.floats, weight.floats, bias.floats, epsilon, rows, columns, runningMean.floats,
          runningVariance.floats, y.floats)
      }
      return y
    }
    let means = try Tensor([x.columnCount], on: device)
    let scales = try Tensor([x.columnCount], on: device)
    try device.run("batch_norm") {
      $0.batch_norm_training?(
        $1, x.floats, weight.floats, bias.floats, epsilon, momentum, rows, columns, runningMean.floats,
        runningVariance.floats, y.floats, means.floats, scales.floats)
    }
    record(y) { [device] gradient in
      let inputTarget = try x.gradient.target()
      let weightTarget = try weight.gradient.target()
      let biasTarget = try bias.gradient.target()
      try device.run("batch_norm") {
        $0.batch_norm_backward?(
          $1, x.floats, weight.floats, means.floats, scales.floats, gradient, rows, columns, inputTarget,
          weightTarget, biasTarget)
      }
    }
    return y
  }
}
