import Layers
import Tensors

/// One layer of the decoder: self-attention and gated feed-forward, each after an RMSNorm and added to its input.
struct DecoderLayer {
  let index: Int
  let inputNorm: RMSNorm
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let attentionNorm: RMSNorm
  let feedForward: GatedFeedForward
  let attention: AttentionShape

  init(_ index: Int, _ configuration: TextConfiguration, in parameters: ParameterSet) throws {
    self.index = index
    let name = "model.layers.\(index)"
    let size = configuration.hiddenSize
    let queries = configuration.heads * configuration.headSize
    let keys = configuration.keyValueHeads * configuration.headSize
    let bias = configuration.attentionBias != .none
    // What adds to the residual stream starts smaller, by the number of additions (Radford et al. 2019).
    let additions = Float(2 * configuration.layers).squareRoot()
    let epsilon = configuration.normEpsilon
    inputNorm = try RMSNorm(name + ".input_layernorm", size: size, epsilon: epsilon, in: parameters)
    query = try Linear(name + ".self_attn.q_proj", from: size, to: queries, bias: bias, in: parameters)
    key = try Linear(name + ".self_attn.k_proj", from: size, to: keys, bias: bias, in: parameters)
    value = try Linear(name + ".self_attn.v_proj", from: size, to: keys, bias: bias, in: parameters)
    output = try Linear(
      name + ".self_attn.o_proj", from: queries, to: size, bias: configuration.attentionBias == .all,
      initial: .normal(deviation: 1 / Float(queries).squareRoot() / additions), in: parameters)
    attentionNorm = try RMSNorm(
      name + ".post_attention_layernorm", size: size, epsilon: epsilon, in: parameters)
    feedForward = try GatedFeedForward(
      name + ".mlp", size: size, hidden: configuration.feedForwardSize, activation: .silu,
      downInitial: .normal(deviation: 1 / Float(configuration.feedForwardSize).squareRoot() / additions),
      in: parameters)
    attention = AttentionShape(
      queryHeads: configuration.heads, keyHeads: configuration.keyValueHeads,
      headSize: configuration.headSize,
      isCausal: true)
  }

  func callAsFunction(
    _ x: Tensor, _ batch: TokenBatch, rotary: RotaryEmbedding, cache: KeyValueCache?, dropout: Float,
    _ tape: Tape
  ) throws -> Tensor {
    let normed = try inputNorm(x, tape)
    let queries = try rotary(
      query(normed, tape), heads: attention.queryHeads, positions: batch.positions, tape)
    var keys = try rotary(key(normed, tape), heads: attention.keyHeads, positions: batch.positions, tape)
    var values = try value(normed, tape)
    var ranges = batch.sequences.map { AttentionRange(queries: $0, keys: $0) }
    if let cache {
      (keys, values, ranges) = try cache.append(layer: index, keys: keys, values: values, batch: batch)
    }
    let attended = try output(tape.attention(queries, keys, values, attention, ranges), tape)
    let middle = try tape.add(x, tape.dropout(attended, probability: dropout))
    let fed = try feedForward(attentionNorm(middle, tape), tape)
    return try tape.add(middle, tape.dropout(fed, probability: dropout))
  }
}
