import Tensors

/// y = x Wᵀ + b, as torch.nn.Linear: weight [out, in] under `name.weight`, bias [out] under `name.bias`.
public struct Linear {
  public let weight: Parameter
  public let bias: Parameter?
  /// What is trained beside the frozen weight, where the model has adapters and this layer is one of their targets.
  public let adapter: LinearAdapter?

  public init(
    _ name: String, from inputs: Int, to outputs: Int, bias: Bool, initial: Initial? = nil,
    in parameters: ParameterSet
  ) throws {
    weight = try parameters.declare(
      name + ".weight", [outputs, inputs], initial ?? .fanIn(inputs), decays: true)
    self.bias = bias ? try parameters.declare(name + ".bias", [outputs], .zeros) : nil
    adapter = try parameters.adapters?.adapter(of: name, weight: weight)
  }

  /// The weight, where it and the bias are all that the layer is, so that others may multiply by it in an order of their
  /// own; nil where something else takes part.
  public var plainWeight: Tensor? { adapter?.isMerged ?? true ? weight.tensor : nil }

  /// x: [rows, in]; the result: [rows, out].
  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    if let adapter, !adapter.isMerged { return try adapter(x, bias: bias?.tensor, tape) }
    return try tape.linear(x, weight.tensor, bias: bias?.tensor)
  }
}
