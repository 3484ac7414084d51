import Groundwork
import Layers

/// The shape of a decoder of the text family, as config.json gives it.
public struct TextConfiguration: Sendable, Equatable {
  /// Which of the attention's projections have a bias.
  public enum AttentionBias: Sendable {
    case none
    /// Query, key and value, but not the output: Qwen 2.
    case inputs
    /// All of them; of latent attention, the two compressions and the output.
    case all
  }

  public var family: TextFamily
  public var vocabularySize: Int
  public var hiddenSize: Int
  public var layers: Int
  public var heads: Int
  public var keyValueHeads: Int
  public var headSize: Int
  public var feedForwardSize: Int
  public var normEpsilon: Float
  public var ropeTheta: Double
  public var ropeScaling: RotaryEmbedding.Scaling
  /// The longest sequence in tokens.
  public var contextLength: Int
  /// Whether the output layer is the embedding itself.
  public var tiesEmbeddings: Bool
  public var attentionBias: AttentionBias
  /// nil: keys and values of each head are projected from the hidden states.
  public var latentAttention: LatentAttentionShape?
  /// nil: every feed-forward layer is a plain one.
  public var mixture: MixtureShape?
  /// Layers after the last that predict further tokens in training; they are not read.
  public var predictionLayers: Int
  public var beginToken: Int?
  public var endToken: Int?

  /// - Parameters:
  ///   - family: nil: Llama, or with biases on the inputs of attention Qwen 2.
  ///   - headSize: nil: the hidden size divided among the heads.
  public init(
    family: TextFamily? = nil, vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int,
    keyValueHeads: Int, feedForwardSize: Int,
    headSize: Int? = nil, normEpsilon: Float = 1e-6, ropeTheta: Double = 10000,
    ropeScaling: RotaryEmbedding.Scaling = .none, contextLength: Int, tiesEmbeddings: Bool = false,
    attentionBias: AttentionBias = .none, latentAttention: LatentAttentionShape? = nil,
    mixture: MixtureShape? = nil, predictionLayers: Int = 0, beginToken: Int? = nil, endToken: Int? = nil
  ) throws {
    self.family = family ?? (attentionBias == .inputs ? .qwen2 : .llama)
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = latentAttention?.rotarySize ?? headSize ?? (heads > 0 ? hiddenSize / heads : 0)
    self.feedForwardSize = feedForwardSize
    self.normEpsilon = normEpsilon
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.contextLength = contextLength
    self.tiesEmbeddings = tiesEmbeddings
    self.attentionBias = attentionBias
    self.latentAttention = latentAttention
    self.mixture = mixture
    self.predictionLayers = predictionLayers
    self.beginToken = beginToken
    self.endToken = endToken
    try validate(headSizeIsGiven: headSize != nil || latentAttention != nil)
  }

  private func validate(headSizeIsGiven: Bool) throws {
    for (key, value) in [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads),
      ("intermediate_size", feedForwardSize), ("max_position_embeddings", contextLength),
      ("head_dim", headSize),
    ] {
      try DeepSeekError.checkSize(key, value)
    }
    guard heads % keyValueHeads == 0 else {
      throw DeepSeekError.configuration(
        key: "num_key_value_heads", reason: "(\(keyValueHeads)) must divide num_attention_heads (\(heads))")
    }
    guard headSizeIsGiven || hiddenSize % heads == 0 else {
      throw DeepSeekError.configuration(
        key: "num_attention_heads", reason: "(\(heads)) must divide hidden_size (\(hiddenSize))")
    }
    guard headSize % 2 == 0 else {
      throw DeepSeekError.configuration(
        key: "head_dim", reason: "(\(headSize)) must be even for rotary embedding")
    }
  }

  /// The columns of what the cache holds of each token in each layer: key and value, or latent and rotated key in one.
  var cachedWidths: [Int] {
    if let latentAttention { return [latentAttention.cachedSize] }
    return [keyValueHeads * headSize, keyValueHeads * headSize]
  }
}
