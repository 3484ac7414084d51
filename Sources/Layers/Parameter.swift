import Tensors

/// How a parameter starts when no checkpoint gives it.
public enum Initial: Sendable, Equatable {
  case zeros
  case ones
  case constant(Float)
  case normal(deviation: Float)
  /// Uniform in ± bound.
  case uniform(bound: Float)

  /// Normal with deviation sqrt(2 / inputs), for layers followed by a rectifier (He et al. 2015).
  public static func he(inputs: Int) -> Initial {
    .normal(deviation: (2 / Float(max(1, inputs))).squareRoot())
  }

  /// Normal with deviation sqrt(1 / inputs): keeps the variance through a linear layer.
  public static func fanIn(_ inputs: Int) -> Initial {
    .normal(deviation: (1 / Float(max(1, inputs))).squareRoot())
  }
}

/// A named tensor of a model: trained, frozen, or a buffer that is saved but has no gradient.
public final class Parameter {
  /// The name in the checkpoint.
  public let name: String
  public let tensor: Tensor
  public let initial: Initial
  /// Whether weight decay applies: to matrices, not to norms, biases, gates and embeddings.
  public let decays: Bool

  init(name: String, tensor: Tensor, initial: Initial, decays: Bool) {
    self.name = name
    self.tensor = tensor
    self.initial = initial
    self.decays = decays
  }

  public var isTrainable: Bool { tensor.needsGradient }
  public var shape: [Int] { tensor.shape }
}
