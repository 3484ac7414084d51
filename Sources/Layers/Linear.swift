import Tensors

/// y = x Wᵀ + b, as torch.nn.Linear: weight [out, in] under `name.weight`, bias [out] under `name.bias`.
public struct Linear {
  public let weight: Parameter
  public let bias: Parameter?

  public init(
    _ name: String, from inputs: Int, to outputs: Int, bias: Bool, initial: Initial? = nil,
    in parameters: ParameterSet
  ) throws {
    weight = try parameters.declare(
      name + ".weight", [outputs, inputs], initial ?? .fanIn(inputs), decays: true)
    self.bias = bias ? try parameters.declare(name + ".bias", [outputs], .zeros) : nil
  }

  /// x: [rows, in]; the result: [rows, out].
  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.linear(x, weight.tensor, bias: bias?.tensor)
  }
}
