import Layers
import Tensors

/// Causal self-attention with rotary embedding, in which several query heads share a key head (Ainslie et al. 2023).
struct GroupedQueryAttention {
  private let index: Int
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let shape: AttentionShape

  init(
    _ name: String, layer index: Int, _ configuration: TextConfiguration, outputInitial: (Int) -> Initial,
    in parameters: ParameterSet
  ) throws {
    self.index = index
    let size = configuration.hiddenSize
    let queries = configuration.heads * configuration.headSize
    let keys = configuration.keyValueHeads * configuration.headSize
    let bias = configuration.attentionBias != .none
    query = try Linear(name + ".q_proj", from: size, to: queries, bias: bias, in: parameters)
    key = try Linear(name + ".k_proj", from: size, to: keys, bias: bias, in: parameters)
    value = try Linear(name + ".v_proj", from: size, to: keys, bias: bias, in: parameters)
    output = try Linear(
      name + ".o_proj", from: queries, to: size, bias: configuration.attentionBias == .all,
      initial: outputInitial(queries), in: parameters)
    shape = AttentionShape(
      queryHeads: configuration.heads, keyHeads: configuration.keyValueHeads,
      headSize: configuration.headSize, isCausal: true)
  }

  /// x: [tokens, hidden], normalised; the result is like it.
  func callAsFunction(
    _ x: Tensor, _ batch: TokenBatch, rotary: RotaryEmbedding, cache: KeyValueCache?, _ tape: Tape
  ) throws -> Tensor {
    let queries = try rotary(query(x, tape), heads: shape.queryHeads, positions: batch.positions, tape)
    var keys = try rotary(key(x, tape), heads: shape.keyHeads, positions: batch.positions, tape)
    var values = try value(x, tape)
    var ranges = batch.sequences.map { AttentionRange(queries: $0, keys: $0) }
    if let cache {
      let held: [Tensor]
      (held, ranges) = try cache.append(layer: index, [keys, values], batch: batch)
      (keys, values) = (held[0], held[1])
    }
    return try output(tape.attention(queries, keys, values, shape, ranges), tape)
  }
}
