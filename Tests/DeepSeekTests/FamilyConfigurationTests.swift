import Checkpoints
import Groundwork
import TestSupport
import Testing

@testable import DeepSeek

/// What configurations of the family say, and what of it is refused.
struct FamilyConfigurationTests {
  private func changed(_ name: String, _ key: String, _ value: JSON) throws -> JSON {
    var object = try #require(try JSON(parsing: DecoderCase(name).configurationBytes()).object)
    object[key] = value
    return .object(object)
  }

  static let refusals: [(name: String, key: String, value: JSON, message: String)] = [
    ("v3", "architectures", ["DeepseekV32ForCausalLM"], "V3.2 chooses by an indexer"),
    ("v3", "architectures", ["DeepseekV4ForCausalLM"], "V4 compresses"),
    ("v3", "architectures", ["BertModel"], "DeepseekV3ForCausalLM are"),
    ("v3", "hidden_act", "gelu", "hidden_act is gelu"),
    ("v3", "topk_method", "greedy", "topk_method is greedy, but must be noaux_tc"),
    ("v2", "topk_method", "random", "topk_method is random"),
    ("v3", "scoring_func", "softmax", "scoring_func is softmax, but must be sigmoid"),
    ("v2-lite", "scoring_func", "sigmoid", "scoring_func is sigmoid, but must be softmax"),
    (
      "v3", "rope_scaling", ["type": "longrope", "factor": 4], "longrope, but must be linear, llama3 or yarn"
    ),
    ("v3", "rope_scaling", ["type": "yarn", "factor": 0], "factor must be a positive number"),
    ("v3", "n_group", 3, "n_group (3) must divide n_routed_experts (8)"),
    ("v3", "topk_group", 5, "topk_group (5) exceeds n_group (4)"),
    ("v3", "num_experts_per_tok", 5, "exceeds the 4 experts to choose from"),
    ("v3", "n_routed_experts", 1_000_000, "n_routed_experts"),
    ("v3", "kv_lora_rank", 0, "kv_lora_rank is 0"),
    ("v3", "qk_rope_head_dim", 3, "must be even"),
    ("v3", "moe_layer_freq", 0, "moe_layer_freq is 0"),
    ("v3", "quantization_config", ["quant_method": "gptq"], "method gptq, but must be fp8"),
    ("coder", "layer_types", ["full_attention", "sliding_attention"], "has sliding_attention"),
  ]

  @Test(arguments: refusals.indices)
  func whatIsNotComputedIsRefusedByName(_ index: Int) throws {
    let (name, key, value, message) = Self.refusals[index]
    #expect { try TextConfiguration(try changed(name, key, value)) } throws: { "\($0)".contains(message) }
  }

  /// Published for these models: the factors that their scores are multiplied with.
  @Test func yarnSharpensTheScoresAsPublished() throws {
    for (weight, factor) in [(0.707, 1.5896), (1.0, 1.8739)] {
      let scaling: JSON = [
        "type": "yarn", "factor": 40, "mscale": .number(weight), "mscale_all_dim": .number(weight),
        "original_max_position_embeddings": 4096,
      ]
      let yarn = try #require(try TextConfiguration(changed("v3", "rope_scaling", scaling)).ropeScaling.yarn)
      #expect(abs(yarn.scoreFactor - factor) < 1e-4)
    }
  }

  @Test func oldAndNewSpellingsMeanTheSame() throws {
    let old = try changed("v2-lite", "torch_dtype", "bfloat16")
    var object = try #require(old.object)
    var rope = try #require(object["rope_scaling"]?.object)
    rope["rope_type"] = rope["type"]
    rope["type"] = nil
    rope["rope_theta"] = object["rope_theta"]
    for key in ["rope_theta", "rope_scaling", "torch_dtype"] { object[key] = nil }
    object["rope_parameters"] = .object(rope)
    object["dtype"] = "bfloat16"
    #expect(try TextConfiguration(.object(object)) == TextConfiguration(old))
  }

  @Test func layersOfFurtherPredictionsAreLeftOutAndSaidSo() throws {
    let reference = try DecoderCase("v3-float8")
    let checkpoint = try Checkpoint(reference.folder.path)
    let text = TextCheckpoint(reference.configuration, names: checkpoint.names)
    #expect(text.notes.count == 1 && text.notes[0].contains("model.layers.2.*"))
    #expect(text.isIgnored("model.layers.2.enorm.weight"))
    #expect(!text.isIgnored("model.layers.1.input_layernorm.weight"))
    #expect(!text.isIgnored("model.layers.3.input_layernorm.weight"))
    #expect(!checkpoint.names.contains { $0.hasSuffix("_scale_inv") })
  }
}
