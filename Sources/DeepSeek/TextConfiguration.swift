import Groundwork
import Layers

/// The shape of a decoder of the Llama family, as config.json gives it: DeepSeek-LLM, DeepSeek-Coder and the distilled
/// R1 models on Llama (LlamaForCausalLM) and on Qwen 2 (Qwen2ForCausalLM).
public struct TextConfiguration: Sendable, Equatable {
  /// Which of the attention's projections have a bias.
  public enum AttentionBias: Sendable {
    case none
    /// Query, key and value, but not the output: Qwen 2.
    case inputs
    case all
  }

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
  public var beginToken: Int?
  public var endToken: Int?

  public init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, keyValueHeads: Int, feedForwardSize: Int,
    headSize: Int? = nil, normEpsilon: Float = 1e-6, ropeTheta: Double = 10000,
    ropeScaling: RotaryEmbedding.Scaling = .none, contextLength: Int, tiesEmbeddings: Bool = false,
    attentionBias: AttentionBias = .none, beginToken: Int? = nil, endToken: Int? = nil
  ) throws {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize ?? (heads > 0 ? hiddenSize / heads : 0)
    self.feedForwardSize = feedForwardSize
    self.normEpsilon = normEpsilon
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.contextLength = contextLength
    self.tiesEmbeddings = tiesEmbeddings
    self.attentionBias = attentionBias
    self.beginToken = beginToken
    self.endToken = endToken
    try validate(headSizeIsGiven: headSize != nil)
  }

  private func validate(headSizeIsGiven: Bool) throws {
    let largest = 1 << 24
    for (key, value) in [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads),
      ("intermediate_size", feedForwardSize), ("max_position_embeddings", contextLength),
      ("head_dim", headSize),
    ] where value < 1 || value > largest {
      throw DeepSeekError.configuration(key: key, reason: "is \(value), but must be from 1 to \(largest)")
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
}
