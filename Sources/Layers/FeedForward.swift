import Tensors

/// down(activation(gate x) × up x), the feed-forward layer of Llama (Shazeer 2020).
public struct GatedFeedForward {
  public let gate: Linear
  public let up: Linear
  public let down: Linear
  public let activation: Activation

  public init(
    _ name: String, size: Int, hidden: Int, activation: Activation, initial: Initial? = nil,
    downInitial: Initial? = nil, in parameters: ParameterSet
  ) throws {
    gate = try Linear(
      name + ".gate_proj", from: size, to: hidden, bias: false, initial: initial, in: parameters)
    up = try Linear(name + ".up_proj", from: size, to: hidden, bias: false, initial: initial, in: parameters)
    down = try Linear(
      name + ".down_proj", from: hidden, to: size, bias: false, initial: downInitial ?? initial,
      in: parameters)
    self.activation = activation
  }

  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try down(tape.gated(gate(x, tape), up(x, tape), activation), tape)
  }
}

/// second(activation(first x)), the feed-forward layer of vision transformers; names as the family has them.
public struct PlainFeedForward {
  public let first: Linear
  public let second: Linear
  public let activation: Activation

  public init(
    first firstName: String, second secondName: String, size: Int, hidden: Int, activation: Activation,
    initial: Initial? = nil, in parameters: ParameterSet
  ) throws {
    first = try Linear(firstName, from: size, to: hidden, bias: true, initial: initial, in: parameters)
    second = try Linear(secondName, from: hidden, to: size, bias: true, initial: initial, in: parameters)
    self.activation = activation
  }

  public func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try second(tape.activate(first(x, tape), activation), tape)
  }
}
