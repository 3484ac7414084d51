import Groundwork
import Layers

/// Between the scaling of rotary frequencies and `rope_scaling` or, as transformers 5 has it, `rope_parameters`.
extension RotaryEmbedding.Scaling {
  /// - Parameter contextLength: `max_position_embeddings`, from which a missing factor of YaRN follows.
  init(_ json: JSON, contextLength: Int) throws {
    let type = json["rope_type"]?.string ?? json["type"]?.string ?? "default"
    switch type {
    case "default": self = .none
    case "linear": self = .linear(factor: try json.positive("factor"))
    case "llama3":
      self = .llama3(
        factor: try json.positive("factor"), low: try json.positive("low_freq_factor"),
        high: try json.positive("high_freq_factor"),
        originalLength: try json.positive("original_max_position_embeddings"))
    case "yarn":
      let original = try json.positive("original_max_position_embeddings", default: Double(contextLength))
      self = .yarn(
        YarnScaling(
          factor: try json.positive("factor", default: Double(contextLength) / original),
          fastRotations: try json.positive("beta_fast", default: 32),
          slowRotations: try json.positive("beta_slow", default: 1), originalLength: original,
          scale: try json.optionalNumber("mscale"), scaleOfAll: try json.optionalNumber("mscale_all_dim"),
          attentionFactor: try json.optionalNumber("attention_factor"),
          truncates: json["truncate"]?.boolean ?? true))
    default:
      throw DeepSeekError.configuration(
        key: "rope_scaling", reason: "is of the type \(type), but must be linear, llama3 or yarn")
    }
  }

  var json: JSON {
    switch self {
    case .none: return .null
    case .linear(let factor): return ["type": "linear", "factor": .number(factor)]
    case .llama3(let factor, let low, let high, let originalLength):
      return [
        "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(low),
        "high_freq_factor": .number(high), "original_max_position_embeddings": .integer(Int(originalLength)),
      ]
    case .yarn(let yarn):
      var object = JSONObject([
        ("type", "yarn"), ("factor", .number(yarn.factor)), ("beta_fast", .number(yarn.fastRotations)),
        ("beta_slow", .number(yarn.slowRotations)),
        ("original_max_position_embeddings", .integer(Int(yarn.originalLength))),
      ])
      object["mscale"] = yarn.scale.map(JSON.number)
      object["mscale_all_dim"] = yarn.scaleOfAll.map(JSON.number)
      object["attention_factor"] = yarn.attentionFactor.map(JSON.number)
      if !yarn.truncates { object["truncate"] = false }
      return .object(object)
    }
  }
}
