import Groundwork
import Layers

/// Between `TextConfiguration` and Hugging Face's config.json, in its old spelling (rope_theta, rope_scaling) and the one
/// of transformers 5 (rope_parameters).
extension TextConfiguration {
  public init(_ json: JSON) throws {
    let family = try Family(json)
    if let activation = json["hidden_act"]?.string, activation != "silu" {
      throw DeepSeekError.configuration(key: "hidden_act", reason: "is \(activation), but must be silu")
    }
    for key in ["mlp_bias", "use_sliding_window"] where json[key]?.boolean == true {
      throw DeepSeekError.configuration(key: key, reason: "is true, which Lightbox does not compute")
    }
    let heads = try Self.integer("num_attention_heads", in: json)
    let rope = json["rope_parameters"]?.isNull == false ? json["rope_parameters"] : json["rope_scaling"]
    try self.init(
      vocabularySize: Self.integer("vocab_size", in: json), hiddenSize: Self.integer("hidden_size", in: json),
      layers: Self.integer("num_hidden_layers", in: json), heads: heads,
      keyValueHeads: Self.integer("num_key_value_heads", in: json, default: heads),
      feedForwardSize: Self.integer("intermediate_size", in: json),
      headSize: json["head_dim"].flatMap { $0.isNull ? nil : $0.integer },
      normEpsilon: Float(Self.number("rms_norm_eps", in: json, default: 1e-6)),
      ropeTheta: rope?["rope_theta"]?.number ?? Self.number("rope_theta", in: json, default: 10000),
      ropeScaling: Self.scaling(rope ?? .null),
      contextLength: Self.integer("max_position_embeddings", in: json, default: 2048),
      tiesEmbeddings: json["tie_word_embeddings"]?.boolean ?? false,
      attentionBias: family == .qwen2 ? .inputs : json["attention_bias"]?.boolean == true ? .all : .none,
      beginToken: Self.token("bos_token_id", in: json), endToken: Self.token("eos_token_id", in: json))
  }

  /// The configuration in Hugging Face's words.
  public var json: JSON {
    let family: Family = attentionBias == .inputs ? .qwen2 : .llama
    var object = JSONObject([
      ("architectures", [.string(family.architecture)]), ("model_type", .string(family.rawValue)),
      ("vocab_size", .integer(vocabularySize)),
      ("hidden_size", .integer(hiddenSize)), ("intermediate_size", .integer(feedForwardSize)),
      ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
      ("num_key_value_heads", .integer(keyValueHeads)), ("head_dim", .integer(headSize)),
      ("hidden_act", "silu"),
      ("rms_norm_eps", .number(Double("\(normEpsilon)") ?? Double(normEpsilon))),
      ("rope_theta", .number(ropeTheta)),
      ("max_position_embeddings", .integer(contextLength)),
      ("tie_word_embeddings", .boolean(tiesEmbeddings)), ("torch_dtype", "float32"),
    ])
    switch family {
    case .llama:
      object["attention_bias"] = .boolean(attentionBias == .all)
      object["mlp_bias"] = false
    case .qwen2: object["use_sliding_window"] = false
    }
    switch ropeScaling {
    case .none: object["rope_scaling"] = .null
    case .linear(let factor): object["rope_scaling"] = ["type": "linear", "factor": .number(factor)]
    case .llama3(let factor, let low, let high, let originalLength):
      object["rope_scaling"] = [
        "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(low),
        "high_freq_factor": .number(high), "original_max_position_embeddings": .integer(Int(originalLength)),
      ]
    }
    if let beginToken { object["bos_token_id"] = .integer(beginToken) }
    if let endToken { object["eos_token_id"] = .integer(endToken) }
    return .object(object)
  }

  /// The two architectures; they differ in the biases of the attention alone.
  private enum Family: String, CaseIterable {
    case llama, qwen2

    var architecture: String {
      switch self {
      case .llama: "LlamaForCausalLM"
      case .qwen2: "Qwen2ForCausalLM"
      }
    }

    /// By `architectures`, or else by `model_type`; a config.json without either is taken for Llama.
    init(_ json: JSON) throws {
      let architecture = json["architectures"]?.array?.first?.string
      guard let name = architecture ?? json["model_type"]?.string else {
        self = .llama
        return
      }
      guard
        let family = Self.allCases.first(where: {
          name == (architecture == nil ? $0.rawValue : $0.architecture)
        })
      else { throw DeepSeekError.unsupportedArchitecture(name: name) }
      self = family
    }
  }

  private static func scaling(_ json: JSON) throws -> RotaryEmbedding.Scaling {
    let type = json["rope_type"]?.string ?? json["type"]?.string ?? "default"
    switch type {
    case "default": return .none
    case "linear": return .linear(factor: try number("factor", in: json))
    case "llama3":
      return .llama3(
        factor: try number("factor", in: json), low: try number("low_freq_factor", in: json),
        high: try number("high_freq_factor", in: json),
        originalLength: try number("original_max_position_embeddings", in: json))
    default:
      throw DeepSeekError.configuration(
        key: "rope_scaling", reason: "is of the type \(type), but must be linear or llama3")
    }
  }

  private static func integer(_ key: String, in json: JSON, default standard: Int? = nil) throws -> Int {
    guard let value = json[key], !value.isNull else {
      if let standard { return standard }
      throw DeepSeekError.configuration(key: key, reason: "is missing")
    }
    guard let number = value.integer else {
      throw DeepSeekError.configuration(key: key, reason: "is \(value.kind), but must be a whole number")
    }
    return number
  }

  private static func number(_ key: String, in json: JSON, default standard: Double? = nil) throws -> Double {
    guard let value = json[key], !value.isNull else {
      if let standard { return standard }
      throw DeepSeekError.configuration(key: key, reason: "is missing")
    }
    guard let number = value.number, number > 0 else {
      throw DeepSeekError.configuration(key: key, reason: "must be a positive number")
    }
    return number
  }

  /// A token id; the first of a list, as newer models have several end tokens.
  private static func token(_ key: String, in json: JSON) -> Int? {
    json[key]?.integer ?? json[key]?.array?.first?.integer
  }
}
