import DeepSeek

extension TextModelGGUF {
  /// A tensor's name here and in llama.cpp; `heads` where its rows belong to heads that are rotated.
  struct Name {
    let ours: String
    let theirs: String
    var heads: Int?
  }

  static func names(_ configuration: TextConfiguration) throws -> [Name] {
    var names = [
      Name(ours: "model.embed_tokens.weight", theirs: "token_embd.weight"),
      Name(ours: "model.norm.weight", theirs: "output_norm.weight"),
    ]
    if !configuration.tiesEmbeddings { names.append(Name(ours: "lm_head.weight", theirs: "output.weight")) }
    for layer in 0..<configuration.layers {
      func name(_ ours: String, _ theirs: String, heads: Int? = nil) -> Name {
        Name(ours: "model.layers.\(layer).\(ours)", theirs: "blk.\(layer).\(theirs)", heads: heads)
      }
      names += [
        name("input_layernorm.weight", "attn_norm.weight"),
        name("self_attn.q_proj.weight", "attn_q.weight", heads: configuration.heads),
        name("self_attn.k_proj.weight", "attn_k.weight", heads: configuration.keyValueHeads),
        name("self_attn.v_proj.weight", "attn_v.weight"),
        name("self_attn.o_proj.weight", "attn_output.weight"),
        name("post_attention_layernorm.weight", "ffn_norm.weight"),
        name("mlp.gate_proj.weight", "ffn_gate.weight"), name("mlp.up_proj.weight", "ffn_up.weight"),
        name("mlp.down_proj.weight", "ffn_down.weight"),
      ]
      if configuration.attentionBias != .none {
        names += [
          name("self_attn.q_proj.bias", "attn_q.bias", heads: configuration.heads),
          name("self_attn.k_proj.bias", "attn_k.bias", heads: configuration.keyValueHeads),
          name("self_attn.v_proj.bias", "attn_v.bias"),
        ]
      }
      if configuration.attentionBias == .all {
        names.append(name("self_attn.o_proj.bias", "attn_output.bias"))
      }
    }
    return names
  }
}
