import Tensors

/// Root-mean-square normalisation (Zhang & Sennrich 2019): weight [size] under `name.weight`.
public struct RMSNorm {
  public let weight: Parameter
  public let epsilon: Float

  public init(_ name: String, size: Int, epsilon: Float, in parameters: ParameterSet) throws {
    weight = try parameters.declare(name + ".weight", [size], .ones)
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.rmsNorm(x, weight: weight.tensor, epsilon: epsilon)
  }
}

/// Layer normalisation (Ba et al. 2016): weight and bias [size].
public struct LayerNorm {
  public let weight: Parameter
  public let bias: Parameter
  public let epsilon: Float

  public init(_ name: String, size: Int, epsilon: Float, in parameters: ParameterSet) throws {
    weight = try parameters.declare(name + ".weight", [size], .ones)
    bias = try parameters.declare(name + ".bias", [size], .zeros)
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.layerNorm(x, weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
  }
}

/// Batch normalisation over rows (Ioffe & Szegedy 2015), with the names of torch.nn.BatchNorm2d. A frozen one keeps its
/// running statistics in training, too.
public struct BatchNorm {
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Parameter
  public let runningVariance: Parameter
  private let epsilon: Float = 1e-5
  private let momentum: Float = 0.1

  public init(_ name: String, size: Int, in parameters: ParameterSet) throws {
    weight = try parameters.declare(name + ".weight", [size], .ones)
    bias = try parameters.declare(name + ".bias", [size], .zeros)
    runningMean = try parameters.declareBuffer(name + ".running_mean", [size], .zeros)
    runningVariance = try parameters.declareBuffer(name + ".running_var", [size], .ones)
  }

  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    if tape.isRecording, !tape.isTraining { return try withRunningStatistics(x, tape) }
    return try tape.batchNorm(
      x, weight: weight.tensor, bias: bias.tensor, runningMean: runningMean.tensor,
      runningVariance: runningVariance.tensor, epsilon: epsilon, momentum: momentum,
      usesBatch: tape.isTraining && weight.isTrainable)
  }

  /// The same as outside training, step by step: the kernel for that has no way back.
  private func withRunningStatistics(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    let size = weight.tensor.count
    let means = try Tensor(runningMean.tensor.values().map { -$0 }, [size], on: tape.device)
    let scales = try runningVariance.tensor.values().map { 1 / ($0 + epsilon).squareRoot() }
    let centred = try tape.addRowVector(x, means)
    let normed = try tape.scaleColumns(centred, by: Tensor(scales, [size], on: tape.device))
    return try tape.addRowVector(tape.scaleColumns(normed, by: weight.tensor), bias.tensor)
  }
}
