import Groundwork
import Tensors

/// The shape of a patch encoder: a pre-norm vision transformer (Dosovitskiy et al. 2021) over plain patches or over a
/// convolutional stem (Xiao et al. 2021, "Early convolutions help transformers see better").
public struct VisionConfiguration: Sendable, Equatable {
  /// Pixels along each side of the image that the learned positions are for.
  public var imageSize: Int
  /// Pixels along each side of a patch: one token each.
  public var patchSize: Int
  public var channels: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var feedForwardSize: Int
  public var activation: Activation
  public var normEpsilon: Float
  /// Channels after each stride-2 convolution of the stem, which together halve the image down to the patch grid; empty
  /// for plain patches.
  public var stem: [Int]
  public var family: VisionFamily
  /// Whether the layer that makes the pooled output of a ViT or a SigLIP is there.
  public var hasPooler: Bool
  public var attentionBias: Bool
  /// Whether the feed-forward layers are gated by SiLU, as in the largest DINOv2; then of `gatedSize`.
  public var feedForwardIsGated: Bool
  /// How images are made ready; nil where no file says it.
  public var preprocessing: ImagePreprocessing?

  public init(
    imageSize: Int, patchSize: Int, channels: Int, width: Int, layers: Int, heads: Int, feedForwardSize: Int,
    activation: Activation = .gelu, normEpsilon: Float = 1e-6, stem: [Int] = [],
    family: VisionFamily = .lightbox, hasPooler: Bool = false, attentionBias: Bool = true,
    feedForwardIsGated: Bool = false, preprocessing: ImagePreprocessing? = nil
  ) throws {
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.channels = channels
    self.width = width
    self.layers = layers
    self.heads = heads
    self.feedForwardSize = feedForwardSize
    self.activation = activation
    self.normEpsilon = normEpsilon
    self.stem = stem
    self.family = family
    self.hasPooler = hasPooler
    self.attentionBias = attentionBias
    self.feedForwardIsGated = feedForwardIsGated
    self.preprocessing = preprocessing
    try validate()
  }

  private func validate() throws {
    let largest = 1 << 16
    for (key, value, least) in [
      ("image_size", imageSize, 1), ("patch_size", patchSize, 1), ("num_channels", channels, 1),
      ("hidden_size", width, 1), ("num_hidden_layers", layers, 0), ("num_attention_heads", heads, 1),
      ("intermediate_size", feedForwardSize, 1),
    ] where value < least || value > largest {
      throw VisionError.configuration(
        key: key, reason: "is \(value), but must be from \(least) to \(largest)")
    }
    // What makes no whole patch is left out, but a stem has no such edge.
    guard imageSize >= patchSize, stem.isEmpty || imageSize % patchSize == 0 else {
      throw VisionError.configuration(
        key: "patch_size",
        reason: "(\(patchSize)) must \(stem.isEmpty ? "fit into" : "divide") image_size (\(imageSize))")
    }
    guard inputSize >= patchSize, stem.isEmpty || inputSize % patchSize == 0 else {
      throw VisionError.preprocessing(
        key: "size",
        reason:
          "(\(inputSize)) must \(stem.isEmpty ? "hold" : "be a multiple of") the encoder's patch_size (\(patchSize))"
      )
    }
    guard width % heads == 0 else {
      throw VisionError.configuration(
        key: "num_attention_heads", reason: "(\(heads)) must divide hidden_size (\(width))")
    }
    guard stem.isEmpty || (stem.count < 16 && 1 << stem.count == patchSize && channels == 1) else {
      throw VisionError.configuration(
        key: "stem",
        reason: "of \(stem.count) halvings needs patch_size \(1 << min(stem.count, 15)) and one channel")
    }
    guard stem.allSatisfy({ $0 > 0 && $0 <= largest }) else {
      throw VisionError.configuration(key: "stem", reason: "must list positive numbers of channels")
    }
    guard stem.isEmpty || family == .lightbox else {
      throw VisionError.configuration(key: "stem", reason: "goes with the model type lightbox_patch_encoder")
    }
    guard !hasPooler || family == .vit || family == .siglip else {
      throw VisionError.configuration(
        key: "pooler", reason: "is no part of the model type \(family.rawValue)")
    }
  }

  /// Sets how images are made ready.
  public mutating func prepare(as preprocessing: ImagePreprocessing) throws {
    self.preprocessing = preprocessing
    try validate()
  }

  /// Whether a learned token stands before the patches.
  public var hasClassToken: Bool { family.hasClassToken }

  /// The inner size of gated feed-forward layers: two thirds, rounded up to a multiple of eight.
  var gatedSize: Int { (feedForwardSize * 2 / 3 + 7) / 8 * 8 }

  /// Pixels along each side of the images that the encoder is given.
  public var inputSize: Int { preprocessing?.side ?? imageSize }

  /// Patches along each side of such an image.
  public var gridSide: Int { inputSize / patchSize }

  /// Patches of one image.
  public var patchCount: Int { gridSide * gridSide }

  /// Learned positions: one for each patch of an image of `imageSize`, and one for the class token if there is one.
  var positionCount: Int {
    (imageSize / patchSize) * (imageSize / patchSize) + (hasClassToken ? 1 : 0)
  }
}
