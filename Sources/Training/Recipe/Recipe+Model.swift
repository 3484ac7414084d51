extension Recipe {
  /// The joint model. Where a part comes `from` a checkpoint, the checkpoint decides its sizes.
  public struct Model: Equatable, Sendable {
    public var from: String?
    public var text = Text()
    public var vision = Vision()
    public var fusion = Fusion()
    public var adapters = Adapters()

    public init() {}
  }

  /// The text transformer.
  public struct Text: Equatable, Sendable {
    public var from: String?
    public var hidden = 192
    public var layers = 4
    public var heads = 4
    public var keyValueHeads = 4
    public var feedForward = 512
    public var vocabulary = 4096
    public var ropeTheta = 10_000.0
    public var tied = true
    public var frozen = false
    public var routers = false

    public init() {}
  }

  /// The patch encoder.
  public struct Vision: Equatable, Sendable {
    public var from: String?
    public var stem = [32, 64, 128]
    /// Pixels.
    public var patch = 8
    public var width = 192
    public var layers = 2
    public var heads = 4
    public var feedForward = 768
    public var frozen = false

    public init() {}
  }

  /// The gated cross-attention between the two.
  public struct Fusion: Equatable, Sendable {
    public enum Gate: String, CaseIterable, Sendable {
      case tanh
      case zeroOutput = "zero-output"
    }

    public var every = 1
    public var heads = 4
    public var feedForward: Int?
    public var latents = 0
    public var resamplerLayers = 2
    public var gate = Gate.tanh
    public var findingTokens = true

    public init() {}
  }
}

extension Recipe.Model: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("from", \.from, .optional(.text), "directory of a joint model of ours to go on from"),
      .section("text", \.text),
      .section("vision", \.vision),
      .section("fusion", \.fusion),
      .section("adapters", \.adapters),
    ]
  }
}

extension Recipe.Text: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("from", \.from, .optional(.text), "directory of a DeepSeek-family model; null: a new one"),
      .value("hidden", \.hidden, .count(8...65536), "width of the residual stream"),
      .value("layers", \.layers, .count(1...1024), "decoder layers"),
      .value("heads", \.heads, .count(1...1024), "query heads; divides hidden"),
      .value("key_value_heads", \.keyValueHeads, .count(1...1024), "key and value heads; divides heads"),
      .value("feed_forward", \.feedForward, .count(8...1_048_576), "inner width of the feed-forward blocks"),
      .value("vocabulary", \.vocabulary, .count(300...1_048_576), "tokens of a new tokenizer"),
      .value("rope_theta", \.ropeTheta, .number(above: 0), "base of the rotary embedding's wavelengths"),
      .value("tied", \.tied, .flag, "one matrix for token embeddings and logits"),
      .value("frozen", \.frozen, .flag, "keep the text model as it is"),
      .value(
        "routers", \.routers, .flag, "learn which experts take a token, too; of use with much data only"),
    ]
  }
}

extension Recipe.Vision: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("from", \.from, .optional(.text), "directory of a patch encoder; null: a new one"),
      .value(
        "stem", \.stem, .list(.count(1...8192), upTo: 6),
        "widths of 3x3 convolutions that halve the image each, before the patches; may be empty"),
      .value("patch", \.patch, .count(1...256), "side of a patch in pixels; divides image_size"),
      .value("width", \.width, .count(8...65536), "width of the encoder"),
      .value("layers", \.layers, .count(0...1024), "encoder layers"),
      .value("heads", \.heads, .count(1...1024), "heads; divides width"),
      .value("feed_forward", \.feedForward, .count(8...1_048_576), "inner width of the feed-forward blocks"),
      .value("frozen", \.frozen, .flag, "keep the encoder as it is"),
    ]
  }
}

extension Recipe.Fusion: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("every", \.every, .count(1...1024), "a cross-attention block before every so many text layers"),
      .value("heads", \.heads, .count(1...1024), "heads; divides the widths of text and vision"),
      .value(
        "feed_forward", \.feedForward, .optional(.count(8...1_048_576)),
        "inner width of the blocks' feed-forward; null: the text model's"),
      .value("latents", \.latents, .count(0...4096), "image tokens after resampling; 0: every patch is kept"),
      .value(
        "resampler_layers", \.resamplerLayers, .count(1...64), "layers of the resampler, where there is one"),
      .value("gate", \.gate, .choice, "what makes a new block start without effect"),
      .value(
        "finding_tokens", \.findingTokens, .flag, "let the text see one token a finding beside the patches"),
    ]
  }
}
