import Layers
import Tensors

/// A block before a decoder layer in which text looks at images (Alayrac et al. 2022, "Flamingo"): cross-attention and a
/// gated feed-forward layer with RMSNorms of their own, each added through a gate. q and k are normalised in each head
/// (Dehghani et al. 2023). Rows of studies without images pass unchanged, bit for bit.
struct GatedCrossAttention {
  private let norm: RMSNorm
  private let memoryNorm: RMSNorm
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let queryNorm: RMSNorm
  private let keyNorm: RMSNorm
  private let attentionGate: Parameter
  private let feedForwardNorm: RMSNorm
  private let feedForward: GatedFeedForward
  private let feedForwardGate: Parameter
  private let squashesGate: Bool
  let attention: AttentionShape

  init(
    _ name: String, textSize: Int, visionWidth: Int, _ configuration: FusionConfiguration,
    in parameters: ParameterSet
  ) throws {
    let epsilon: Float = 1e-6
    let headSize = textSize / configuration.heads
    squashesGate = configuration.gate == .tanh
    let closing: Initial? = squashesGate ? nil : .zeros
    let gateInitial: Initial = squashesGate ? .zeros : .ones
    norm = try RMSNorm(name + ".attention_norm", size: textSize, epsilon: epsilon, in: parameters)
    memoryNorm = try RMSNorm(name + ".memory_norm", size: visionWidth, epsilon: epsilon, in: parameters)
    query = try Linear(name + ".q_proj", from: textSize, to: textSize, bias: false, in: parameters)
    key = try Linear(name + ".k_proj", from: visionWidth, to: textSize, bias: false, in: parameters)
    value = try Linear(name + ".v_proj", from: visionWidth, to: textSize, bias: false, in: parameters)
    output = try Linear(
      name + ".o_proj", from: textSize, to: textSize, bias: false, initial: closing, in: parameters)
    queryNorm = try RMSNorm(name + ".q_norm", size: headSize, epsilon: epsilon, in: parameters)
    keyNorm = try RMSNorm(name + ".k_norm", size: headSize, epsilon: epsilon, in: parameters)
    attentionGate = try parameters.declare(name + ".attention_gate", [1], gateInitial)
    feedForwardNorm = try RMSNorm(
      name + ".feed_forward_norm", size: textSize, epsilon: epsilon, in: parameters)
    feedForward = try GatedFeedForward(
      name + ".mlp", size: textSize, hidden: configuration.feedForwardSize, activation: .silu,
      downInitial: closing, in: parameters)
    feedForwardGate = try parameters.declare(name + ".feed_forward_gate", [1], gateInitial)
    attention = AttentionShape(
      queryHeads: configuration.heads, keyHeads: configuration.heads, headSize: headSize, isCausal: false)
  }

  /// The keys and values of images, which do not depend on the text.
  struct Memory {
    let keys: Tensor
    let values: Tensor
  }

  func memory(_ tokens: Tensor, _ tape: Tape) throws -> Memory {
    let normed = try memoryNorm(tokens, tape)
    return Memory(keys: try keyNorm(key(normed, tape), tape), values: try value(normed, tape))
  }

  /// x: [tokens, text size]; mask: which rows belong to studies with images.
  func callAsFunction(
    _ x: Tensor, _ memory: Memory, _ ranges: [AttentionRange], mask: Tensor, dropout: Float, _ tape: Tape
  ) throws -> Tensor {
    let attended = try output(
      tape.attention(queries(x, tape), memory.keys, memory.values, attention, ranges), tape)
    let middle = try tape.gatedResidual(
      x, branch: tape.dropout(attended, probability: dropout), gate: attentionGate.tensor,
      squash: squashesGate,
      mask: mask)
    let fed = try feedForward(feedForwardNorm(middle, tape), tape)
    return try tape.gatedResidual(
      middle, branch: tape.dropout(fed, probability: dropout), gate: feedForwardGate.tensor,
      squash: squashesGate,
      mask: mask)
  }

  func queries(_ x: Tensor, _ tape: Tape) throws -> Tensor { try queryNorm(query(norm(x, tape), tape), tape) }
}
