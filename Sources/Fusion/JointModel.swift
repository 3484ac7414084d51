import DeepSeek
import Layers
import Tensors
import Vision

/// The DeepSeek text transformer and the patch encoder, joined by gated cross-attention, with heads for findings and
/// classes. Text parameters keep their Hugging Face names; the others stand under `vision.`, `fusion.` and `heads.`.
public final class JointModel {
  public internal(set) var configuration: JointConfiguration
  public let parameters: ParameterSet
  public let text: TextTransformer
  public let vision: PatchEncoder?
  /// The share of additions and pooled features that training drops.
  public var dropout: Float = 0 {
    didSet {
      text.dropout = dropout
      vision?.dropout = dropout
    }
  }

  /// What a person should know of the checkpoints that were loaded.
  public var notes: [String] = []

  let viewEmbedding: Parameter?
  let pooling: FindingPooling?
  let resampler: Resampler?
  let blocks: [Int: GatedCrossAttention]
  let findingHead: FindingHead?
  let classHead: ClassHead?

  public var device: Device { parameters.device }

  /// Declares every parameter in `parameters`; they still have to be initialised or loaded.
  public init(_ configuration: JointConfiguration, in parameters: ParameterSet) throws {
    self.configuration = configuration
    self.parameters = parameters
    let textSize = configuration.text.hiddenSize
    let heads = configuration.heads
    // Without named findings, one query for each class gathers what the class head needs.
    let pooled = heads.findings.isEmpty ? heads.classes.count : heads.findings.count
    text = try TextTransformer(configuration.text, in: parameters)
    var blocks: [Int: GatedCrossAttention] = [:]
    if let shape = configuration.vision, let fusion = configuration.fusion {
      vision = try PatchEncoder(shape, prefix: "vision.", in: parameters)
      viewEmbedding = try parameters.declare(
        "fusion.view_embedding", [StudyBatch.ImageView.allCases.count, shape.width], .normal(deviation: 0.02))
      pooling =
        pooled > 0
        ? try FindingPooling(
          "fusion.pooling", count: pooled, width: shape.width, heads: fusion.heads, in: parameters) : nil
      resampler =
        fusion.latents > 0
        ? try Resampler(
          "fusion.resampler", latents: fusion.latents, width: shape.width, heads: fusion.heads,
          layers: fusion.resamplerLayers, in: parameters) : nil
      for index in stride(from: 0, to: configuration.text.layers, by: fusion.every) {
        blocks[index] = try GatedCrossAttention(
          "fusion.blocks.\(index)", textSize: textSize, visionWidth: shape.width, fusion, in: parameters)
      }
    } else {
      (vision, viewEmbedding, pooling, resampler) = (nil, nil, nil, nil)
    }
    self.blocks = blocks
    let width = configuration.vision?.width ?? 0
    findingHead =
      heads.findings.isEmpty
      ? nil
      : try FindingHead(
        "heads.findings", count: heads.findings.count, visionWidth: max(width, 1), textSize: textSize,
        in: parameters)
    classHead =
      heads.classes.isEmpty
      ? nil
      : try ClassHead(
        "heads.classes", classes: heads.classes.count, findings: width > 0 ? pooled : 0, visionWidth: width,
        textSize: textSize, in: parameters)
  }

  /// What a pass over a batch gives.
  public struct Output {
    /// The last hidden states. [tokens, text size]
    public let hidden: Tensor
    /// The rows of each study in `hidden`.
    public let sequences: [Range<Int>]
    /// [studies, findings]
    public let findingLogits: Tensor?
    /// [studies, classes]
    public let classLogits: Tensor?
    public let memory: VisualMemory?
  }

  /// The whole model on a batch of studies.
  public func callAsFunction(_ batch: StudyBatch, _ tape: Tape) throws -> Output {
    try text.check(batch.tokens)
    let memory = try see(batch, tape)
    let tokens = try TokenBatch(batch.tokens, on: device)
    let looking = try memory.map { try Looking(tokens, $0.studies, on: device) }
    let hidden = try read(tokens, looking, context: memory.map { try context($0, tape) }, cache: nil, tape)
    let prompts = zip(tokens.sequences, batch.promptLengths).map { $0.lowerBound..<$0.lowerBound + $1 }
    let logits = try classify(hidden, prompts, memory, tape)
    return Output(
      hidden: hidden, sequences: tokens.sequences, findingLogits: logits.findings,
      classLogits: logits.classes,
      memory: memory)
  }

  /// Encodes the images of a batch; nil when it has none.
  public func see(_ batch: StudyBatch, _ tape: Tape) throws -> VisualMemory? {
    guard let pixels = batch.pixels, pixels.rowCount > 0 else { return nil }
    guard let vision, let viewEmbedding else { throw FusionError.noVision }
    let perImage = vision.configuration.patchCount
    let encoded = try vision.fusionTokens(pixels, tape)
    let views = batch.views.flatMap { Array(repeating: Int32($0.rawValue), count: perImage) }
    let patches = try tape.add(
      encoded, tape.gatherRows(viewEmbedding.tensor, Tensor(indices: views, on: device)))
    var start = 0
    let studies = batch.imageCounts.map { count -> Range<Int> in
      defer { start += count * perImage }
      return start..<start + count * perImage
    }
    let pooled = try pooling?(patches, studies, tape)
    return try remember(patches, studies, pooled, tape)
  }

  /// Puts together what cross-attention sees: patches or latents, and the findings' tokens.
  private func remember(
    _ patches: Tensor, _ patchStudies: [Range<Int>], _ pooled: Tensor?, _ tape: Tape
  ) throws -> VisualMemory {
    let seen = try resampler?(patches, patchStudies, tape) ?? patches
    let latents = configuration.fusion?.latents ?? 0
    let rows =
      resampler == nil
      ? patchStudies : patchStudies.indices.map { $0 * latents..<($0 + 1) * latents }
    // A study without images has nothing to look at, whatever latents or finding queries would say.
    let visible = zip(rows, patchStudies).map { $1.isEmpty ? 0..<0 : $0 }
    guard let pooled, configuration.fusion?.findingTokens == true else {
      return VisualMemory(
        tokens: seen, studies: visible, patches: patches, patchStudies: patchStudies, findings: pooled,
        patchOfToken: (0..<seen.rowCount).map { resampler == nil ? $0 : -1 })
    }
    let count = pooled.rowCount / patchStudies.count
    let findingRows = patchStudies.enumerated().map { $1.isEmpty ? 0..<0 : $0 * count..<($0 + 1) * count }
    let (order, studies) = Rows.interleave(visible, findingRows, secondOffset: seen.rowCount)
    let tokens = try tape.gatherRows(
      tape.concatenateRows([seen, pooled]), Tensor(indices: order, on: device))
    return VisualMemory(
      tokens: tokens, studies: studies, patches: patches, patchStudies: patchStudies, findings: pooled,
      patchOfToken: order.map { resampler == nil && Int($0) < seen.rowCount ? Int($0) : -1 })
  }

  /// The cross-attention keys and values of each block.
  func context(_ memory: VisualMemory, _ tape: Tape) throws -> [Int: GatedCrossAttention.Memory] {
    // In the order of the layers: a dictionary's own order differs from process to process, and with it the order in which
    // gradients of the visual tokens are added.
    var context: [Int: GatedCrossAttention.Memory] = [:]
    for (index, block) in blocks.sorted(by: { $0.key < $1.key }) {
      context[index] = try block.memory(memory.tokens, tape)
    }
    return context
  }

  /// The text transformer with the blocks between its layers; gives the last hidden states.
  func read(
    _ tokens: TokenBatch, _ looking: Looking?, context: [Int: GatedCrossAttention.Memory]?,
    cache: KeyValueCache?, _ tape: Tape
  ) throws -> Tensor {
    var x = try text.embed(tokens, tape)
    for index in 0..<configuration.text.layers {
      if let looking, let block = blocks[index], let keys = context?[index] {
        x = try block(x, keys, looking.ranges, mask: looking.mask, dropout: dropout, tape)
      }
      x = try text.layer(index, x, tokens, cache: cache, tape)
    }
    return try text.finish(x, tokens, cache: cache, tape)
  }

  /// Which rows of text look at which rows of the visual memory.
  struct Looking {
    let ranges: [AttentionRange]
    /// uint8, [tokens]: 1 in the rows of studies with images.
    let mask: Tensor

    /// - Parameter studies: the rows of visual memory that each sequence looks at; none for one without images.
    init(_ tokens: TokenBatch, _ studies: [Range<Int>], on device: Device) throws {
      ranges = zip(tokens.sequences, studies).map { AttentionRange(queries: $0, keys: $1) }
      var bytes = [UInt8](repeating: 0, count: tokens.tokenCount)
      for range in ranges where !range.keys.isEmpty {
        for row in range.queries { bytes[row] = 1 }
      }
      mask = try Tensor(bytes: bytes, on: device)
    }
  }

  var hasHeads: Bool { findingHead != nil || classHead != nil }

  /// The logits of the heads, from the hidden states of the prompts and the pooled images.
  func classify(
    _ hidden: Tensor, _ prompts: [Range<Int>], _ memory: VisualMemory?, _ tape: Tape
  ) throws -> (findings: Tensor?, classes: Tensor?) {
    guard hasHeads else { return (nil, nil) }
    let complaint = try tape.rangeMeans(hidden, prompts)
    return (
      try findingHead?(memory?.findings, complaint: complaint, tape),
      try classHead?(memory?.findings, complaint: complaint, dropout: dropout, tape)
    )
  }
}
