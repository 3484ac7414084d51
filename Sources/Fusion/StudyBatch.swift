import Tensors

/// Studies as numbers: what the joint model takes.
public struct StudyBatch {
  /// How an image stands to its study; each has a learned embedding.
  public enum ImageView: Int, Sendable, CaseIterable {
    case frontal = 0
    case lateral, prior, unknown
  }

  /// The tokens of each study: the prompt, and in training the answer behind it.
  public var tokens: [[Int]]
  /// How many of them are the prompt, whose hidden states are the complaint's features.
  public var promptLengths: [Int]
  /// [images, channels, height, width], the images of the first study first; nil when no study has one.
  public var pixels: Tensor?
  /// Images of each study.
  public var imageCounts: [Int]
  /// The view of each image.
  public var views: [ImageView]

  public init(
    tokens: [[Int]], promptLengths: [Int], pixels: Tensor? = nil, imageCounts: [Int]? = nil,
    views: [ImageView] = []
  ) throws {
    self.tokens = tokens
    self.promptLengths = promptLengths
    self.pixels = pixels
    self.imageCounts = imageCounts ?? tokens.map { _ in 0 }
    self.views = views
    let images = self.imageCounts.reduce(0, +)
    guard promptLengths.count == tokens.count, self.imageCounts.count == tokens.count, views.count == images,
      images == (pixels?.rowCount ?? 0), zip(promptLengths, tokens).allSatisfy({ 0...$1.count ~= $0 })
    else {
      throw FusionError.batch(
        reason:
          "\(tokens.count) studies, \(promptLengths.count) prompts, \(images) images counted, \(views.count) views"
      )
    }
  }

  public var studyCount: Int { tokens.count }

  /// One study of the batch alone.
  func study(_ index: Int) throws -> StudyBatch {
    let first = imageCounts[..<index].reduce(0, +)
    let images = first..<first + imageCounts[index]
    return try StudyBatch(
      tokens: [tokens[index]], promptLengths: [promptLengths[index]],
      pixels: images.isEmpty ? nil : pixels?.rows(images), imageCounts: [images.count],
      views: Array(views[images]))
  }
}
