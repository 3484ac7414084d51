import Groundwork

/// The sizes of multi-head latent attention (DeepSeek-AI 2024, "DeepSeek-V2", section 2.1).
public struct LatentAttentionShape: Sendable, Equatable {
  /// The size that queries are compressed to; nil: they are not.
  public var queryRank: Int?
  /// The size of the latent that keys and values are made from.
  public var latentSize: Int
  /// Features of each head's query and key that are not rotated.
  public var plainSize: Int
  /// Features that are; all heads share those of the key.
  public var rotarySize: Int
  /// Features of each head's value.
  public var valueSize: Int
  /// Whether rotated pairs are neighbours, as DeepSeek's checkpoints have them.
  public var isInterleaved: Bool

  public init(
    queryRank: Int?, latentSize: Int, plainSize: Int, rotarySize: Int, valueSize: Int,
    isInterleaved: Bool = true
  ) throws {
    self.queryRank = queryRank
    self.latentSize = latentSize
    self.plainSize = plainSize
    self.rotarySize = rotarySize
    self.valueSize = valueSize
    self.isInterleaved = isInterleaved
    for (key, value) in [
      ("q_lora_rank", queryRank ?? 1), ("kv_lora_rank", latentSize), ("qk_nope_head_dim", plainSize),
      ("qk_rope_head_dim", rotarySize), ("v_head_dim", valueSize),
    ] {
      try DeepSeekError.checkSize(key, value)
    }
    guard rotarySize % 2 == 0 else {
      throw DeepSeekError.configuration(
        key: "qk_rope_head_dim", reason: "(\(rotarySize)) must be even for rotary embedding")
    }
  }

  /// Features of each head's query.
  var querySize: Int { plainSize + rotarySize }

  /// What the cache holds of a token: the latent, and the key's rotated features.
  var cachedSize: Int { latentSize + rotarySize }

  init(_ json: JSON, _ family: TextFamily) throws {
    // Missing is V2's own size; null is none.
    let rank =
      json["q_lora_rank"].map(\.isNull) == true ? nil : try json.integer("q_lora_rank", default: 1536)
    try self.init(
      queryRank: rank, latentSize: json.integer("kv_lora_rank", default: 512),
      plainSize: json.integer("qk_nope_head_dim", default: 128),
      rotarySize: json.integer("qk_rope_head_dim", default: 64),
      valueSize: json.integer("v_head_dim", default: 128),
      isInterleaved: family == .deepseekV3 ? json["rope_interleave"]?.boolean ?? true : true)
  }

  func write(into object: inout JSONObject, _ family: TextFamily) {
    object["q_lora_rank"] = queryRank.map(JSON.integer) ?? .null
    object["kv_lora_rank"] = .integer(latentSize)
    object["qk_nope_head_dim"] = .integer(plainSize)
    object["qk_rope_head_dim"] = .integer(rotarySize)
    object["v_head_dim"] = .integer(valueSize)
    if family == .deepseekV3 { object["rope_interleave"] = .boolean(isInterleaved) }
  }
}
