import Groundwork
import Layers

/// Between `TextConfiguration` and Hugging Face's config.json, in its old spelling (rope_theta, rope_scaling) and the one
/// of transformers 5 (rope_parameters).
extension TextConfiguration {
  public init(_ json: JSON) throws {
    let family = try TextFamily(json)
    try Self.refuseUnknown(json)
    let isLatent =
      family == .deepseekV3 || family == .deepseekV2 && json["use_mla"]?.boolean ?? true
    let heads = try json.integer("num_attention_heads")
    let contextLength = try json.integer("max_position_embeddings", default: 2048)
    let rope = (json["rope_parameters"]?.isNull == false ? json["rope_parameters"] : json["rope_scaling"])
    // A head_dim in the words of V2 and V3 is that of the rotated features.
    let headSize = family.hasExperts ? nil : json["head_dim"].flatMap { $0.isNull ? nil : $0.integer }
    try self.init(
      family: family, vocabularySize: json.integer("vocab_size"), hiddenSize: json.integer("hidden_size"),
      layers: json.integer("num_hidden_layers"), heads: heads,
      keyValueHeads: isLatent ? heads : json.integer("num_key_value_heads", default: heads),
      feedForwardSize: json.integer("intermediate_size"), headSize: headSize,
      normEpsilon: Float(json.positive("rms_norm_eps", default: 1e-6)),
      ropeTheta: rope?["rope_theta"]?.number ?? json.positive("rope_theta", default: 10000),
      ropeScaling: RotaryEmbedding.Scaling(rope ?? .null, contextLength: contextLength),
      contextLength: contextLength,
      tiesEmbeddings: json["tie_word_embeddings"]?.boolean ?? false,
      attentionBias: family == .qwen2 ? .inputs : json["attention_bias"]?.boolean == true ? .all : .none,
      latentAttention: isLatent ? LatentAttentionShape(json, family) : nil,
      mixture: MixtureShape(json, family),
      predictionLayers: max(
        0, json.integer("num_nextn_predict_layers", default: json.integer("num_mtp_layers", default: 0))),
      beginToken: json.token("bos_token_id"), endToken: json.token("eos_token_id"))
  }

  /// The configuration in Hugging Face's words.
  public var json: JSON {
    var object = JSONObject([
      ("architectures", [.string(family.architecture)]), ("model_type", .string(family.rawValue)),
      ("vocab_size", .integer(vocabularySize)),
      ("hidden_size", .integer(hiddenSize)), ("intermediate_size", .integer(feedForwardSize)),
      ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
      ("num_key_value_heads", .integer(keyValueHeads)),
      ("hidden_act", "silu"),
      ("rms_norm_eps", .number(Double("\(normEpsilon)") ?? Double(normEpsilon))),
      ("rope_theta", .number(ropeTheta)), ("rope_scaling", ropeScaling.json),
      ("max_position_embeddings", .integer(contextLength)),
      ("tie_word_embeddings", .boolean(tiesEmbeddings)), ("torch_dtype", "float32"),
    ])
    if family == .qwen2 {
      object["use_sliding_window"] = false
    } else {
      object["attention_bias"] = .boolean(attentionBias == .all)
    }
    switch family {
    case .llama: object["mlp_bias"] = false
    case .deepseekV2 where latentAttention == nil: object["use_mla"] = false
    case .deepseekV3: object["num_nextn_predict_layers"] = 0
    case .qwen2, .deepseek, .deepseekV2: break
    }
    if !family.hasExperts { object["head_dim"] = .integer(headSize) }
    latentAttention?.write(into: &object, family)
    if let mixture {
      mixture.write(into: &object)
    } else if family.hasExperts {
      object["n_routed_experts"] = .null
    }
    if let beginToken { object["bos_token_id"] = .integer(beginToken) }
    if let endToken { object["eos_token_id"] = .integer(endToken) }
    return .object(object)
  }

  /// What changes the results and is not computed is an error, not overlooked.
  private static func refuseUnknown(_ json: JSON) throws {
    if let activation = json["hidden_act"]?.string, activation != "silu" {
      throw DeepSeekError.configuration(key: "hidden_act", reason: "is \(activation), but must be silu")
    }
    for key in ["mlp_bias", "use_sliding_window"] where json[key]?.boolean == true {
      throw DeepSeekError.configuration(key: key, reason: "is true, which Lightbox does not compute")
    }
    if let kind = json["layer_types"]?.array?.compactMap(\.string).first(where: { $0 != "full_attention" }) {
      throw DeepSeekError.configuration(
        key: "layer_types", reason: "has \(kind), but every layer must be full_attention")
    }
    if let method = json["quantization_config"]?["quant_method"]?.string, method != "fp8" {
      throw DeepSeekError.configuration(
        key: "quantization_config",
        reason: "is of the method \(method), but must be fp8; use a checkpoint that is not quantised")
    }
  }
}
