import Layers
import Tensors

/// One layer of the decoder: self-attention and feed-forward, each after an RMSNorm and added to its input.
struct DecoderLayer {
  let inputNorm: RMSNorm
  let attention: SelfAttention
  let attentionNorm: RMSNorm
  let feedForward: FeedForward

  enum SelfAttention {
    case groupedQuery(GroupedQueryAttention)
    case latent(LatentAttention)

    func callAsFunction(
      _ x: Tensor, _ batch: TokenBatch, rotary: RotaryEmbedding, cache: KeyValueCache?, _ tape: Tape
    ) throws -> Tensor {
      switch self {
      case .groupedQuery(let attention): try attention(x, batch, rotary: rotary, cache: cache, tape)
      case .latent(let attention): try attention(x, batch, rotary: rotary, cache: cache, tape)
      }
    }
  }

  enum FeedForward {
    case dense(GatedFeedForward)
    case experts(MixtureOfExperts)

    func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
      switch self {
      case .dense(let layer): try layer(x, tape)
      case .experts(let layer): try layer(x, tape)
      }
    }
  }

  init(_ index: Int, _ configuration: TextConfiguration, in parameters: ParameterSet) throws {
    let name = "model.layers.\(index)"
    let size = configuration.hiddenSize
    let epsilon = configuration.normEpsilon
    // What adds to the residual stream starts smaller, by the number of additions (Radford et al. 2019).
    let additions = Float(2 * configuration.layers).squareRoot()
    func adding(_ inputs: Int) -> Initial {
      .normal(deviation: 1 / Float(inputs).squareRoot() / additions)
    }
    inputNorm = try RMSNorm(name + ".input_layernorm", size: size, epsilon: epsilon, in: parameters)
    if let sizes = configuration.latentAttention {
      attention = .latent(
        try LatentAttention(
          name + ".self_attn", layer: index, configuration, sizes, outputInitial: adding, in: parameters))
    } else {
      attention = .groupedQuery(
        try GroupedQueryAttention(
          name + ".self_attn", layer: index, configuration, outputInitial: adding, in: parameters))
    }
    attentionNorm = try RMSNorm(
      name + ".post_attention_layernorm", size: size, epsilon: epsilon, in: parameters)
    if let mixture = configuration.mixture, mixture.hasExperts(layer: index) {
      feedForward = .experts(
        try MixtureOfExperts(name + ".mlp", configuration, mixture, downInitial: adding, in: parameters))
    } else {
      feedForward = .dense(
        try GatedFeedForward(
          name + ".mlp", size: size, hidden: configuration.feedForwardSize, activation: .silu,
          downInitial: adding(configuration.feedForwardSize), in: parameters))
    }
  }

  func callAsFunction(
    _ x: Tensor, _ batch: TokenBatch, rotary: RotaryEmbedding, cache: KeyValueCache?, dropout: Float,
    _ tape: Tape
  ) throws -> Tensor {
    let attended = try attention(inputNorm(x, tape), batch, rotary: rotary, cache: cache, tape)
    let middle = try tape.add(x, tape.dropout(attended, probability: dropout))
    let fed = try feedForward(attentionNorm(middle, tape), tape)
    return try tape.add(middle, tape.dropout(fed, probability: dropout))
  }
}
