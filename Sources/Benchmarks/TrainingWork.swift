import DeepSeek
import Fusion
import Vision

/// What a step of the training benchmark computes.
public enum TrainingWork: String, Sendable, CaseIterable {
  /// A decoder of d = 512, 8 layers and heads, vocabulary 32000, on 4 sequences of 512 tokens.
  case text
  /// The same with a ViT-S/16 at 224×224, one image a sequence, and gated cross-attention to its 196 patch tokens before
  /// every second layer.
  case joint

  static let sequences = 4
  static let length = 512
  static let imageSize = 224

  public var tokens: Int { Self.sequences * Self.length }
  public var images: Int { self == .joint ? Self.sequences : 0 }

  func configuration() throws -> JointConfiguration {
    let text = try TextConfiguration(
      vocabularySize: 32000, hiddenSize: 512, layers: 8, heads: 8, keyValueHeads: 8, feedForwardSize: 1376,
      contextLength: Self.length)
    guard self == .joint else { return try JointConfiguration(text: text) }
    let vision = try VisionConfiguration(
      imageSize: Self.imageSize, patchSize: 16, channels: 3, width: 384, layers: 12, heads: 6,
      feedForwardSize: 1536)
    let fusion = FusionConfiguration(
      every: 2, heads: 8, feedForwardSize: 1376, gate: .zeroOutput, findingTokens: false)
    return try JointConfiguration(text: text, vision: vision, fusion: fusion)
  }

  /// Floating-point operations of one step, counted by formula: matrix products and attention, a multiply-add as two, the
  /// backward pass as twice the forward one, no recomputation; of causal attention the half that is not masked.
  func operations() throws -> Double {
    let configuration = try configuration()
    let text = configuration.text
    let rows = Double(tokens)
    let size = Double(text.hiddenSize)
    let hidden = Double(text.feedForwardSize)
    let layer = rows * (4 * size * size + 3 * size * hidden)
    let seen = Double(Self.sequences) * Double(Self.length * (Self.length + 1) / 2)
    var forward = Double(text.layers) * (layer + 2 * seen * size)
    forward += rows * size * Double(text.vocabularySize)
    guard let vision = configuration.vision, let fusion = configuration.fusion else {
      return 3 * 2 * forward
    }
    let width = Double(vision.width)
    let patches = Double(images * vision.patchCount)
    let encoderLayer = patches * (4 * width * width + 2 * width * Double(vision.feedForwardSize))
    forward +=
      Double(vision.layers) * (encoderLayer + 2 * patches * Double(vision.patchCount) * width)
    let blocks = Double((text.layers + fusion.every - 1) / fusion.every)
    let gatedHidden = Double(fusion.feedForwardSize)
    let block = rows * (2 * size * size + 3 * size * gatedHidden) + patches * 2 * width * size
    forward += blocks * (block + 2 * rows * Double(vision.patchCount) * size)
    // Pixels need no gradient, so the patches' product has one product backward instead of two.
    let embedding = patches * width * Double(vision.channels * vision.patchSize * vision.patchSize)
    return 2 * (3 * forward + 2 * embedding)
  }
}
