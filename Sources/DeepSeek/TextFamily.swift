import Groundwork

/// The architectures of the text family; the raw value is their `model_type` in config.json.
public enum TextFamily: String, Sendable, CaseIterable {
  /// DeepSeek-LLM, DeepSeek-Coder and R1 distilled on Llama.
  case llama
  /// R1 distilled on Qwen 2: as Llama, with biases on query, key and value.
  case qwen2
  /// DeepSeekMoE: as Llama, with a mixture of experts in place of most feed-forward layers.
  case deepseek
  /// DeepSeek-V2: multi-head latent attention and experts.
  case deepseekV2 = "deepseek_v2"
  /// DeepSeek-V3 and R1: as V2, with a router of sigmoids.
  case deepseekV3 = "deepseek_v3"

  var architecture: String {
    switch self {
    case .llama: "LlamaForCausalLM"
    case .qwen2: "Qwen2ForCausalLM"
    case .deepseek: "DeepseekForCausalLM"
    case .deepseekV2: "DeepseekV2ForCausalLM"
    case .deepseekV3: "DeepseekV3ForCausalLM"
    }
  }

  /// Whether the configuration may ask for experts.
  var hasExperts: Bool { self != .llama && self != .qwen2 }

  /// By `architectures`, or else by `model_type`; a config.json without either is taken for Llama.
  init(_ json: JSON) throws {
    let architecture = json["architectures"]?.array?.first?.string
    guard let name = architecture ?? json["model_type"]?.string else {
      self = .llama
      return
    }
    if let reason = Self.refusals.first(where: { name == $0.architecture || name == $0.type })?.reason {
      throw DeepSeekError.refusedArchitecture(name: name, reason: reason)
    }
    guard
      let family = Self.allCases.first(where: {
        name == (architecture == nil ? $0.rawValue : $0.architecture)
      })
    else { throw DeepSeekError.unsupportedArchitecture(name: name) }
    self = family
  }

  /// Later members of the family, whose layers are of another kind.
  private static let refusals = [
    (
      architecture: "DeepseekV32ForCausalLM", type: "deepseek_v32",
      reason: "DeepSeek-V3.2 chooses by an indexer which tokens each token attends to"
    ),
    (
      architecture: "DeepseekV4ForCausalLM", type: "deepseek_v4",
      reason: "DeepSeek-V4 compresses keys and values over time and has several residual streams"
    ),
  ]
}
