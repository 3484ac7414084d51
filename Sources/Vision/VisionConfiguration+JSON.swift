import Groundwork
import Tensors

/// Between `VisionConfiguration` and config.json: Hugging Face's words for each family; with a stem, the words of a plain ViT
/// and `stem` beside them under a model type of our own.
extension VisionConfiguration {
  /// - Parameter hasPooler: whether the checkpoint holds the layer of the pooled output, which config.json does not tell.
  public init(_ json: JSON, hasPooler: Bool) throws {
    let type = json["model_type"]?.string ?? ""
    if let family = VisionFamily.allCases.first(where: { $0.pair != nil && $0.pair == type }) {
      try self.init(json["vision_config"] ?? .null, family, hasPooler: hasPooler)
    } else if let family = VisionFamily(rawValue: type) {
      try self.init(json, family, hasPooler: hasPooler)
    } else {
      throw VisionError.unsupportedArchitecture(name: json["architectures"]?.array?.first?.string ?? type)
    }
  }

  private init(_ json: JSON, _ family: VisionFamily, hasPooler: Bool) throws {
    let width = try Self.integer("hidden_size", 768, in: json)
    let standard = family.defaults
    let feedForwardSize =
      family == .dinov2
      ? try Self.scaled(width, by: json["mlp_ratio"]?.number ?? 4)
      : try Self.integer("intermediate_size", 3072, in: json)
    try self.init(
      imageSize: Self.integer("image_size", standard.imageSize, in: json),
      patchSize: Self.integer("patch_size", standard.patchSize, in: json),
      channels: Self.integer("num_channels", 3, in: json), width: width,
      layers: Self.integer("num_hidden_layers", 12, in: json),
      heads: Self.integer("num_attention_heads", 12, in: json),
      feedForwardSize: feedForwardSize,
      activation: Self.activation(json["hidden_act"]?.string ?? standard.activation),
      normEpsilon: Float(json["layer_norm_eps"]?.number ?? standard.epsilon),
      stem: family == .lightbox ? (json["stem"]?.array ?? []).compactMap(\.integer) : [], family: family,
      hasPooler: hasPooler, attentionBias: json["qkv_bias"]?.boolean ?? true,
      feedForwardIsGated: family == .dinov2 && json["use_swiglu_ffn"]?.boolean ?? false,
      preprocessing: json["preprocessing"].flatMap { $0.isNull ? nil : $0 }.map {
        try ImagePreprocessing($0, family, channels: Self.integer("num_channels", 3, in: json))
      })
  }

  public var json: JSON {
    var object = JSONObject([
      ("model_type", .string(family.rawValue)), ("image_size", .integer(imageSize)),
      ("patch_size", .integer(patchSize)), ("num_channels", .integer(channels)),
      ("hidden_size", .integer(width)), ("num_hidden_layers", .integer(layers)),
      ("num_attention_heads", .integer(heads)), ("hidden_act", .string(Self.name(of: activation))),
      ("layer_norm_eps", .number(Double("\(normEpsilon)") ?? Double(normEpsilon))),
      ("qkv_bias", .boolean(attentionBias)),
    ])
    object["preprocessing"] = preprocessing?.json
    object["architectures"] = family.architecture.map { .array([.string($0)]) }
    switch family {
    case .dinov2:
      // transformers takes whole numbers alone.
      object["mlp_ratio"] =
        feedForwardSize % width == 0
        ? .integer(feedForwardSize / width) : .number(Double(feedForwardSize) / Double(width))
      object["use_swiglu_ffn"] = .boolean(feedForwardIsGated)
    case .lightbox:
      object["intermediate_size"] = .integer(feedForwardSize)
      object["stem"] = .array(stem.map(JSON.integer))
    case .vit, .clip, .siglip: object["intermediate_size"] = .integer(feedForwardSize)
    }
    return .object(object)
  }

  private static func scaled(_ width: Int, by ratio: Double) throws -> Int {
    guard let size = Int(exactly: (Double(width) * ratio).rounded(.down)) else {
      throw VisionError.configuration(key: "mlp_ratio", reason: "is \(ratio), which is no ratio of two sizes")
    }
    return size
  }

  private static func integer(_ key: String, _ standard: Int, in json: JSON) throws -> Int {
    guard let value = json[key], !value.isNull else { return standard }
    guard let number = value.integer else {
      throw VisionError.configuration(key: key, reason: "is \(value.kind), but must be a whole number")
    }
    return number
  }

  private static let activations: [(name: String, activation: Activation)] = [
    ("gelu", .gelu), ("quick_gelu", .quickGelu), ("gelu_pytorch_tanh", .geluTanh), ("relu", .relu),
    ("silu", .silu),
  ]

  private static func activation(_ name: String) throws -> Activation {
    guard let found = activations.first(where: { $0.name == name }) else {
      throw VisionError.configuration(
        key: "hidden_act",
        reason: "is \(name), but must be \(activations.map(\.name).joined(separator: ", "))")
    }
    return found.activation
  }

  private static func name(of activation: Activation) -> String {
    activations.first { $0.activation == activation }?.name ?? "gelu"
  }
}
