import Layers
import Tensors

/// The decoder of the text family. Its parameters bear the names that its checkpoints have.
///
/// Run step by step (`embed`, `layer`, `finish`), so that a joint model can put cross-attention between the layers.
public final class TextTransformer {
  public let configuration: TextConfiguration
  private let embedding: Parameter
  private let layers: [DecoderLayer]
  private let norm: RMSNorm
  private let head: Parameter?
  private let rotary: RotaryEmbedding
  /// The share of each layer's additions that training drops.
  public var dropout: Float = 0

  public init(_ configuration: TextConfiguration, in parameters: ParameterSet) throws {
    self.configuration = configuration
    let shape = [configuration.vocabularySize, configuration.hiddenSize]
    embedding = try parameters.declare(
      "model.embed_tokens.weight", shape, .normal(deviation: 0.02), isTable: true)
    layers = try (0..<configuration.layers).map { try DecoderLayer($0, configuration, in: parameters) }
    norm = try RMSNorm(
      "model.norm", size: configuration.hiddenSize, epsilon: configuration.normEpsilon, in: parameters)
    head =
      configuration.tiesEmbeddings
      ? nil : try parameters.declare("lm_head.weight", shape, .normal(deviation: 0.02), decays: true)
    rotary = try RotaryEmbedding(
      headSize: configuration.headSize, theta: configuration.ropeTheta, scaling: configuration.ropeScaling,
      isInterleaved: configuration.latentAttention?.isInterleaved ?? false, on: parameters.device)
  }

  /// The layers that have experts.
  var mixtures: [(layer: Int, mixture: MixtureOfExperts)] {
    layers.enumerated().compactMap { index, layer in
      if case .experts(let mixture) = layer.feedForward { return (index, mixture) }
      return nil
    }
  }

  /// The output layer's weight: [vocabulary, hidden].
  public var outputWeight: Tensor { (head ?? embedding).tensor }

  /// The embeddings of the tokens: [tokens, hidden].
  public func embed(_ batch: TokenBatch, _ tape: Tape) throws -> Tensor {
    try tape.dropout(tape.gatherRows(embedding.tensor, batch.tokens), probability: dropout)
  }

  /// Layer `index` on the hidden states x: [tokens, hidden].
  public func layer(
    _ index: Int, _ x: Tensor, _ batch: TokenBatch, cache: KeyValueCache? = nil, _ tape: Tape
  ) throws -> Tensor {
    try layers[index](x, batch, rotary: rotary, cache: cache, dropout: dropout, tape)
  }

  /// The last norm; and the cache counts the batch as held.
  public func finish(_ x: Tensor, _ batch: TokenBatch, cache: KeyValueCache? = nil, _ tape: Tape) throws
    -> Tensor
  {
    cache?.advance(batch)
    return try norm(x, tape)
  }

  /// The last hidden states of text alone: [tokens, hidden].
  public func hidden(_ batch: TokenBatch, cache: KeyValueCache? = nil, _ tape: Tape) throws -> Tensor {
    var x = try embed(batch, tape)
    for index in layers.indices { x = try layer(index, x, batch, cache: cache, tape) }
    return try finish(x, batch, cache: cache, tape)
  }

  /// The logits of hidden states: [rows, vocabulary].
  public func logits(_ hidden: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.linear(hidden, outputWeight)
  }

  /// Refuses tokens outside the vocabulary and sequences beyond the context.
  public func check(_ sequences: [[Int]]) throws {
    for sequence in sequences {
      guard sequence.count <= configuration.contextLength else {
        throw DeepSeekError.tooLong(tokens: sequence.count, limit: configuration.contextLength)
      }
      if let token = sequence.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
        throw DeepSeekError.tokenOutside(token: token, vocabulary: configuration.vocabularySize)
      }
    }
  }
}
