import Tensors

/// The families of vision transformers that Lightbox computes; the raw value is their `model_type` in config.json.
public enum VisionFamily: String, Sendable, CaseIterable {
  /// Dosovitskiy et al. 2021.
  case vit
  /// The image side of CLIP (Radford et al. 2021).
  case clip = "clip_vision_model"
  /// The image side of SigLIP (Zhai et al. 2023), of which MedSigLIP is one.
  case siglip = "siglip_vision_model"
  /// Oquab et al. 2023, of which RAD-DINO is one.
  case dinov2
  /// Our own: a convolutional stem, or plain patches without a class token.
  case lightbox = "lightbox_patch_encoder"

  /// The class that transformers has for it; nil for our own.
  var architecture: String? {
    switch self {
    case .vit: "ViTModel"
    case .clip: "CLIPVisionModel"
    case .siglip: "SiglipVisionModel"
    case .dinov2: "Dinov2Model"
    case .lightbox: nil
    }
  }

  /// The class that makes images ready in transformers; nil for our own.
  var imageProcessor: String? {
    switch self {
    case .vit: "ViTImageProcessor"
    case .clip: "CLIPImageProcessor"
    case .siglip: "SiglipImageProcessor"
    case .dinov2: "BitImageProcessor"
    case .lightbox: nil
    }
  }

  /// What stands before the names of the tensors where a checkpoint holds more than the encoder.
  var prefix: String {
    switch self {
    case .vit: "vit."
    case .clip, .siglip: "vision_model."
    case .dinov2: "dinov2."
    case .lightbox: ""
    }
  }

  /// The model type of text and image side together, whose config.json holds this one as `vision_config`.
  var pair: String? {
    switch self {
    case .clip: "clip"
    case .siglip: "siglip"
    case .vit, .dinov2, .lightbox: nil
    }
  }

  var hasClassToken: Bool { self != .siglip && self != .lightbox }
  var hasLayerScale: Bool { self == .dinov2 }

  /// What config.json means when it says nothing.
  var defaults: (imageSize: Int, patchSize: Int, activation: String, epsilon: Double) {
    switch self {
    case .vit, .lightbox: (224, 16, "gelu", 1e-12)
    case .clip: (224, 32, "quick_gelu", 1e-5)
    case .siglip: (224, 16, "gelu_pytorch_tanh", 1e-6)
    case .dinov2: (224, 14, "gelu", 1e-6)
    }
  }
}

/// How a family calls the parts of an encoder on disk.
struct EncoderNames {
  var patches = "embeddings.patch_embeddings.projection"
  var patchesHaveBias = true
  var classToken = "embeddings.cls_token"
  var positions = "embeddings.position_embeddings"
  var preNorm: String?
  var layers = "encoder.layer"
  var attentionNorm = "layernorm_before"
  var feedForwardNorm = "layernorm_after"
  var query = "attention.attention.query"
  var key = "attention.attention.key"
  var value = "attention.attention.value"
  var output = "attention.output.dense"
  var first = "intermediate.dense"
  var second = "output.dense"
  var norm = "layernorm"

  init(_ family: VisionFamily) {
    switch family {
    case .vit, .lightbox: break
    case .dinov2:
      (attentionNorm, feedForwardNorm) = ("norm1", "norm2")
      (first, second) = ("mlp.fc1", "mlp.fc2")
    case .clip, .siglip:
      patches = "embeddings.patch_embedding"
      patchesHaveBias = family == .siglip
      classToken = "embeddings.class_embedding"
      positions = "embeddings.position_embedding.weight"
      // Misspelt in every checkpoint.
      preNorm = family == .clip ? "pre_layrnorm" : nil
      layers = "encoder.layers"
      (attentionNorm, feedForwardNorm) = ("layer_norm1", "layer_norm2")
      (query, key, value) = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
      output = "self_attn.out_proj"
      (first, second) = ("mlp.fc1", "mlp.fc2")
      norm = "post_layernorm"
    }
  }
}
