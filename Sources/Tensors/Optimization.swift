internal import CKernels

/// What an optimizer does to one tensor, and the norm of many gradients.
extension Tensor {
  /// One AdamW step on this float32 parameter (Loshchilov & Hutter 2019), as torch.optim.AdamW. `step` counts from 1; the
  /// gradient is multiplied by `gradientScale` first. A parameter without a gradient is left alone.
  public func adamW(
    mean: Tensor, square: Tensor, rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float,
    step: Int,
    gradientScale: Float
  ) throws {
    try requireFloats("adamW")
    guard let gradient = arrivedGradient else { return }
    guard mean.count == count, square.count == count else {
      throw TensorsError.shape(operation: "adamW", reason: "the moments do not fit the parameter")
    }
    try device.run("adamw") {
      $0.adamw?(
        $1, floats, gradient, mean.floats, square.floats, Int64(count), rate, beta1, beta2, epsilon, decay,
        Int64(step), gradientScale)
    }
  }

  /// The Euclidean norm of the gradients of all these tensors together.
  public static func gradientNorm(of tensors: [Tensor], on device: Device) throws -> Double {
    // Two int32 hold the float64 that the kernel adds to.
    let sum = try Tensor([2], .int32, on: device)
    try sum.fillWithZeros()
    for tensor in tensors {
      guard let gradient = tensor.arrivedGradient else { continue }
      try device.run("add_sum_of_squares") {
        $0.add_sum_of_squares?(
          $1, gradient, Int64(tensor.count), sum.memory.assumingMemoryBound(to: Double.self))
      }
    }
    let bytes = try sum.rawBytes()
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }.squareRoot()
  }

  /// The sum of all elements, added in float64.
  public func sum() throws -> Float {
    try requireFloats("sum")
    let total = try Tensor([1], on: device)
    try device.run("sum") { $0.sum?($1, floats, Int64(count), total.floats) }
    return try total.values()[0]
  }

  /// Fills with normal random numbers: element i of the stream named by the three numbers.
  public func fillNormal(mean: Float, deviation: Float, seed: UInt64, step: UInt32, stream: UInt32) throws {
    try requireFloats("fillNormal")
    let random = lb_random(seed: seed, step: step, stream: stream)
    try device.run("random_normal") {
      $0.random_normal?($1, floats, Int64(count), mean, deviation, random)
    }
  }

  public func fillUniform(_ range: ClosedRange<Float>, seed: UInt64, step: UInt32, stream: UInt32) throws {
    try requireFloats("fillUniform")
    let random = lb_random(seed: seed, step: step, stream: stream)
    try device.run("random_uniform") {
      $0.random_uniform?($1, floats, Int64(count), range.lowerBound, range.upperBound, random)
    }
  }
}
