import Layers
import Tensors

/// Multi-head latent attention (DeepSeek-AI 2024, "DeepSeek-V2", section 2.1): keys and values of all heads are made from
/// one small latent for each token, beside a rotated key that all heads share. The cache holds these two alone.
///
/// Over many tokens keys and values are made from the latents (unabsorbed). In decoding the matrices that would make them
/// are applied to the queries and to the result instead (absorbed): the same sums in another order, and the latents are
/// read once for all heads.
struct LatentAttention {
  private let index: Int
  private let heads: Int
  private let sizes: LatentAttentionShape
  private let query: Query
  private let compression: Linear
  private let latentNorm: RMSNorm
  private let expansion: Linear
  private let output: Linear
  private let scale: Float

  private enum Query {
    case plain(Linear)
    case compressed(down: Linear, norm: RMSNorm, up: Linear)

    func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
      switch self {
      case .plain(let layer): try layer(x, tape)
      case .compressed(let down, let norm, let up): try up(norm(down(x, tape), tape), tape)
      }
    }
  }

  init(
    _ name: String, layer index: Int, _ configuration: TextConfiguration, _ sizes: LatentAttentionShape,
    outputInitial: (Int) -> Initial, in parameters: ParameterSet
  ) throws {
    self.index = index
    self.sizes = sizes
    heads = configuration.heads
    let size = configuration.hiddenSize
    let bias = configuration.attentionBias == .all
    // Not the configuration's: the references leave these two norms at their standard.
    let epsilon: Float = 1e-6
    let queries = heads * sizes.querySize
    if let rank = sizes.queryRank {
      query = .compressed(
        down: try Linear(name + ".q_a_proj", from: size, to: rank, bias: bias, in: parameters),
        norm: try RMSNorm(name + ".q_a_layernorm", size: rank, epsilon: epsilon, in: parameters),
        up: try Linear(name + ".q_b_proj", from: rank, to: queries, bias: false, in: parameters))
    } else {
      query = .plain(try Linear(name + ".q_proj", from: size, to: queries, bias: false, in: parameters))
    }
    compression = try Linear(
      name + ".kv_a_proj_with_mqa", from: size, to: sizes.cachedSize, bias: bias, in: parameters)
    latentNorm = try RMSNorm(
      name + ".kv_a_layernorm", size: sizes.latentSize, epsilon: epsilon, in: parameters)
    expansion = try Linear(
      name + ".kv_b_proj", from: sizes.latentSize, to: heads * (sizes.plainSize + sizes.valueSize),
      bias: false, in: parameters)
    output = try Linear(
      name + ".o_proj", from: heads * sizes.valueSize, to: size, bias: bias,
      initial: outputInitial(heads * sizes.valueSize), in: parameters)
    let factor = configuration.ropeScaling.yarn?.scoreFactor ?? 1
    scale = Float(factor / Double(sizes.querySize).squareRoot())
  }

  /// x: [tokens, hidden], normalised; the result is like it.
  func callAsFunction(
    _ x: Tensor, _ batch: TokenBatch, rotary: RotaryEmbedding, cache: KeyValueCache?, _ tape: Tape
  ) throws -> Tensor {
    let all = try query(x, tape)
    let plain = try tape.columns(0..<sizes.plainSize, of: all, heads: heads)
    let rotated = try rotary(
      tape.columns(sizes.plainSize..<sizes.querySize, of: all, heads: heads), heads: heads,
      positions: batch.positions, tape)
    let compressed = try compression(x, tape)
    let latents = try latentNorm(tape.columns(0..<sizes.latentSize, of: compressed, heads: 1), tape)
    let key = try rotary(
      tape.columns(sizes.latentSize..<sizes.cachedSize, of: compressed, heads: 1), heads: 1,
      positions: batch.positions, tape)
    let own = batch.sequences.map { AttentionRange(queries: $0, keys: $0) }
    guard let cache else { return try unabsorbed(plain, rotated, latents, key, own, tape) }
    let pair = try tape.joinColumns([latents, key], heads: 1, size: sizes.cachedSize)
    let (held, ranges) = try cache.append(layer: index, [pair], batch: batch)
    if ranges.allSatisfy({ $0.position == 0 }) {
      return try unabsorbed(plain, rotated, latents, key, own, tape)
    }
    if absorbs(ranges), let weight = expansion.plainWeight {
      return try absorbed(plain, rotated, held[0], weight, ranges, tape)
    }
    let (rows, places) = try gather(held[0], ranges, tape)
    return try unabsorbed(
      plain, rotated, tape.columns(0..<sizes.latentSize, of: rows, heads: 1),
      tape.columns(sizes.latentSize..<sizes.cachedSize, of: rows, heads: 1), places, tape)
  }

  /// Whether it is less work to leave keys and values unmade: for fewer queries than make up for the expansion of a key,
  /// as each of them then looks at longer keys.
  private func absorbs(_ ranges: [AttentionRange]) -> Bool {
    // The parts of each head are rows of the matrix.
    guard [.float32, .bfloat16].contains(expansion.weight.tensor.dtype) else { return false }
    let expanding = sizes.latentSize * (sizes.plainSize + sizes.valueSize)
    let longer =
      sizes.cachedSize + sizes.latentSize - (sizes.querySize + sizes.valueSize)
    let most = ranges.map(\.queries.count).max() ?? 0
    return most == 1 || most * longer < expanding
  }

  private func unabsorbed(
    _ plain: Tensor, _ rotated: Tensor, _ latents: Tensor, _ key: Tensor, _ ranges: [AttentionRange],
    _ tape: Tape
  ) throws -> Tensor {
    let (plainSize, valueSize) = (sizes.plainSize, sizes.valueSize)
    // Attention has one size for keys and values; zeros change neither the scores nor what is kept of the result.
    let size = max(sizes.querySize, valueSize)
    let expanded = try expansion(latents, tape)
    let everyHead = try Tensor(
      indices: (0..<key.rowCount * heads).map { Int32($0 / heads) }, on: tape.device)
    let shared = try tape.gatherRows(key, everyHead).reshaped([key.rowCount, heads * sizes.rotarySize])
    let keys = try tape.joinColumns(
      [tape.columns(0..<plainSize, of: expanded, heads: heads), shared], heads: heads, size: size)
    let values = try tape.joinColumns(
      [tape.columns(plainSize..<plainSize + valueSize, of: expanded, heads: heads)], heads: heads, size: size)
    let queries = try tape.joinColumns([plain, rotated], heads: heads, size: size)
    let attended = try tape.attention(queries, keys, values, shape(keyHeads: heads, size: size), ranges)
    return try output(tape.columns(0..<valueSize, of: attended, heads: heads), tape)
  }

  /// held: [rows of the cache, cached size]; weight: that of the expansion.
  private func absorbed(
    _ plain: Tensor, _ rotated: Tensor, _ held: Tensor, _ weight: Tensor, _ ranges: [AttentionRange],
    _ tape: Tape
  ) throws -> Tensor {
    let (plainSize, valueSize) = (sizes.plainSize, sizes.valueSize)
    let turned = try tape.headProducts(
      plain, columns: 0..<plainSize, heads: heads, by: weight, rows: 0..<plainSize, transposed: false)
    let queries = try tape.joinColumns([turned, rotated], heads: heads, size: sizes.cachedSize)
    let seen = try tape.attention(queries, held, held, shape(keyHeads: 1, size: sizes.cachedSize), ranges)
    let attended = try tape.headProducts(
      seen, columns: 0..<sizes.latentSize, heads: heads, by: weight, rows: plainSize..<plainSize + valueSize,
      transposed: true)
    return try output(attended, tape)
  }

  /// The held rows of each sequence, one sequence after the other.
  private func gather(
    _ held: Tensor, _ ranges: [AttentionRange], _ tape: Tape
  ) throws -> (Tensor, [AttentionRange]) {
    var start = 0
    let places = ranges.map { range in
      defer { start += range.keys.count }
      return AttentionRange(
        queries: range.queries, keys: start..<start + range.keys.count, position: range.position)
    }
    return (try tape.concatenateRows(ranges.map { try held.rows($0.keys) }), places)
  }

  private func shape(keyHeads: Int, size: Int) -> AttentionShape {
    AttentionShape(queryHeads: heads, keyHeads: keyHeads, headSize: size, scale: scale, isCausal: true)
  }
}
