import Layers
import Tensors

/// A vision transformer from pixels to tokens. Its parameters bear the names that its family has on disk, after a prefix.
public final class PatchEncoder {
  public let configuration: VisionConfiguration
  private let embedding: Embedding
  private let classToken: Parameter?
  private let positions: Parameter
  private let preNorm: LayerNorm?
  private let layers: [EncoderLayer]
  private let norm: LayerNorm
  private let pooler: Pooler
  /// The share of each layer's additions that training drops.
  public var dropout: Float = 0

  private enum Embedding {
    /// A convolution of one patch per step, as a product.
    case patches(weight: Parameter, bias: Parameter?)
    case stem(ConvolutionStem)
  }

  private enum Pooler {
    case none
    /// The class token through the last norm.
    case classToken
    /// tanh(dense(class token)).
    case dense(Linear)
    case attention(AttentionPooling)
  }

  public init(_ configuration: VisionConfiguration, prefix: String = "", in parameters: ParameterSet) throws {
    self.configuration = configuration
    let width = configuration.width
    let size = configuration.patchSize
    let family = configuration.family
    let names = EncoderNames(family)
    let isPaired = family.pair != nil
    if configuration.stem.isEmpty {
      let name = prefix + names.patches
      let inputs = configuration.channels * size * size
      embedding = .patches(
        weight: try parameters.declare(
          name + ".weight", [width, configuration.channels, size, size], .fanIn(inputs), decays: true),
        bias: names.patchesHaveBias ? try parameters.declare(name + ".bias", [width], .zeros) : nil)
    } else {
      embedding = .stem(try ConvolutionStem(prefix + "stem", configuration, in: parameters))
    }
    classToken =
      configuration.hasClassToken
      ? try parameters.declare(
        prefix + names.classToken, isPaired ? [width] : [1, 1, width], .normal(deviation: 0.02)) : nil
    let table = [configuration.positionCount, width]
    positions = try parameters.declare(
      prefix + names.positions, isPaired ? table : [1] + table, .normal(deviation: 0.02))
    if family == .dinov2 {
      // For its own training only, but every checkpoint has it.
      _ = try parameters.declare(prefix + "embeddings.mask_token", [1, width], .zeros)
    }
    func norm(_ name: String) throws -> LayerNorm {
      try LayerNorm(prefix + name, size: width, epsilon: configuration.normEpsilon, in: parameters)
    }
    preNorm = try names.preNorm.map(norm)
    layers = try (0..<configuration.layers).map {
      try EncoderLayer("\(prefix)\(names.layers).\($0)", configuration, in: parameters)
    }
    self.norm = try norm(names.norm)
    pooler =
      switch family {
      case .clip, .dinov2: .classToken
      case .vit where configuration.hasPooler:
        .dense(try Linear(prefix + "pooler.dense", from: width, to: width, bias: true, in: parameters))
      case .siglip where configuration.hasPooler:
        .attention(try AttentionPooling(prefix + "head", configuration, in: parameters))
      case .vit, .siglip, .lightbox: .none
      }
  }

  /// pixels: [images, channels, height, width] of a configured size, or with `interpolatingPositions` of any
  /// that holds a patch. The result: [images × tokens, width], the tokens of each image in reading order after its class token,
  /// normalised (but for CLIP, whose last norm is part of its pooled output).
  public func callAsFunction(
    _ pixels: Tensor, interpolatingPositions: Bool = false, _ tape: Tape
  ) throws -> Tensor {
    let x = try states(pixels, anySize: interpolatingPositions, layers: layers.count, tape)
    return configuration.family == .clip ? x : try norm(x, tape)
  }

  /// The hidden states after some of the layers, not normalised: [images × tokens, width].
  private func states(_ pixels: Tensor, anySize: Bool, layers count: Int, _ tape: Tape) throws -> Tensor {
    let grid = try grid(of: pixels, anySize: anySize)
    let images = pixels.shape[0]
    var x = try embed(pixels, tape)
    if let classToken { x = try prepend(classToken, to: x, images: images, tape) }
    let table = try positionTable(grid, tape)
    let tokens = table.rowCount
    let places = try Tensor(
      indices: (0..<images * tokens).map { Int32($0 % tokens) }, on: pixels.device)
    x = try tape.add(x, tape.gatherRows(table, places))
    let ranges = (0..<images).map { image -> AttentionRange in
      let rows = image * tokens..<(image + 1) * tokens
      return AttentionRange(queries: rows, keys: rows)
    }
    if let preNorm { x = try preNorm(x, tape) }
    for layer in layers.prefix(count) { x = try layer(x, ranges, dropout: dropout, tape) }
    return x
  }

  /// What a language model looks at: the patch tokens of images of the configured size, normalised; of CLIP those before its
  /// last layer, which is shaped by its class token alone (Liu et al. 2023, "Visual instruction tuning").
  /// [images × patches, width]
  public func fusionTokens(_ pixels: Tensor, _ tape: Tape) throws -> Tensor {
    let isCLIP = configuration.family == .clip
    let x = try states(pixels, anySize: false, layers: isCLIP ? max(layers.count - 1, 0) : layers.count, tape)
    return try patchTokens(isCLIP ? x : norm(x, tape), images: pixels.shape[0], tape)
  }

  /// The pooled output as transformers has it, from the hidden states of some images: [images, width]; nil where the model
  /// has none.
  public func pooled(_ hidden: Tensor, images: Int, _ tape: Tape) throws -> Tensor? {
    guard images > 0 else { return nil }
    func classTokens() throws -> Tensor {
      let tokens = hidden.rowCount / images
      return try tape.gatherRows(
        hidden, Tensor(indices: (0..<images).map { Int32($0 * tokens) }, on: hidden.device))
    }
    switch pooler {
    case .none: return nil
    case .classToken: return configuration.family == .clip ? try norm(classTokens(), tape) : try classTokens()
    case .dense(let layer): return try tape.activate(layer(classTokens(), tape), .tanh)
    case .attention(let pooling): return try pooling(hidden, images: images, tape)
    }
  }

  /// The patch tokens alone: [images × patches, width].
  public func patchTokens(_ hidden: Tensor, images: Int, _ tape: Tape) throws -> Tensor {
    guard configuration.hasClassToken, images > 0 else { return hidden }
    let tokens = hidden.rowCount / images
    let kept = (0..<hidden.rowCount).filter { $0 % tokens != 0 }.map(Int32.init)
    return try tape.gatherRows(hidden, Tensor(indices: kept, on: hidden.device))
  }

  /// Rows and columns of patches.
  private func grid(of pixels: Tensor, anySize: Bool) throws -> PatchGrid {
    let size = configuration.inputSize
    let found = Array(pixels.shape.dropFirst())
    guard pixels.shape.count == 4, found[0] == configuration.channels,
      anySize || found[1] == found[2] && (found[1] == size || found[1] == configuration.imageSize)
    else {
      throw VisionError.imageSize(found: found, expected: [configuration.channels, size, size])
    }
    let patch = configuration.patchSize
    guard found[1] >= patch, found[2] >= patch else {
      throw VisionError.tooSmall(height: found[1], width: found[2], patch: patch)
    }
    guard configuration.stem.isEmpty || found[1] % patch == 0 && found[2] % patch == 0 else {
      throw VisionError.unevenPatches(height: found[1], width: found[2], patch: patch)
    }
    return PatchGrid(rows: found[1] / patch, columns: found[2] / patch)
  }

  /// The position of each token: the learned table, or what interpolation makes of it for another grid.
  private func positionTable(_ grid: PatchGrid, _ tape: Tape) throws -> Tensor {
    let table = try positions.tensor.reshaped([configuration.positionCount, configuration.width])
    let side = configuration.imageSize / configuration.patchSize
    let own = PatchGrid(rows: side, columns: side)
    guard grid != own else { return table }
    let skipped = configuration.hasClassToken ? 1 : 0
    let resized = try grid.resize(table.rows(skipped..<table.rowCount), from: own, tape)
    return skipped == 0 ? resized : try tape.concatenateRows([table.rows(0..<1), resized])
  }

  private func embed(_ pixels: Tensor, _ tape: Tape) throws -> Tensor {
    switch embedding {
    case .stem(let stem): return try stem(pixels, tape)
    case .patches(let weight, let bias):
      let matrix = try weight.tensor.reshaped([weight.shape[0], weight.tensor.columnCount])
      return try tape.linear(
        tape.patches(wholePatches(of: pixels, tape), size: configuration.patchSize), matrix,
        bias: bias?.tensor)
    }
  }

  /// Without the pixels at the right and the bottom that make no whole patch, as a convolution leaves them out: those of
  /// SigLIP at 384 with patches of 14, for one.
  private func wholePatches(of pixels: Tensor, _ tape: Tape) throws -> Tensor {
    let patch = configuration.patchSize
    let (images, channels) = (pixels.shape[0], pixels.shape[1])
    let (height, width) = (pixels.shape[2], pixels.shape[3])
    let (rows, columns) = (height / patch * patch, width / patch * patch)
    guard rows < height || columns < width else { return pixels }
    let narrow = try tape.columns(
      0..<columns, of: pixels.reshaped([images * channels * height, width]), heads: 1)
    let low = try tape.columns(
      0..<rows * columns, of: narrow.reshaped([images * channels, height * columns]), heads: 1)
    return try low.reshaped([images, channels, rows, columns])
  }

  private func prepend(_ classToken: Parameter, to patches: Tensor, images: Int, _ tape: Tape) throws
    -> Tensor
  {
    let width = configuration.width
    let together = try tape.concatenateRows([classToken.tensor.reshaped([1, width]), patches])
    let count = patches.rowCount / max(images, 1)
    var order: [Int32] = []
    order.reserveCapacity(images * (count + 1))
    for image in 0..<images {
      order.append(0)
      order.append(contentsOf: (0..<count).map { Int32(1 + image * count + $0) })
    }
    return try tape.gatherRows(together, Tensor(indices: order, on: patches.device))
  }
}
