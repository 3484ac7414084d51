import Fusion
import Imaging
import Tensors

/// A study as numbers, ready for a batch.
public struct EncodedStudy: Sendable {
  /// The record's id, for errors.
  public let id: String
  /// The prompt, and in training the answer with the token that ends it.
  public let tokens: [Int]
  public let promptLength: Int
  public let images: [PreparedImage]
  public let views: [StudyBatch.ImageView]
  /// For each finding of the model's head: present or absent; nil where the record does not say.
  public let findings: [Bool?]
  /// Which class of the model's head the record names.
  public let classIndex: Int?

  public init(
    id: String, tokens: [Int], promptLength: Int, images: [PreparedImage], views: [StudyBatch.ImageView],
    findings: [Bool?], classIndex: Int?
  ) {
    self.id = id
    self.tokens = tokens
    self.promptLength = promptLength
    self.images = images
    self.views = views
    self.findings = findings
    self.classIndex = classIndex
  }

  /// Tokens of the answer.
  public var answerLength: Int { tokens.count - promptLength }
}

extension StudyBatch {
  /// Puts studies together on a device.
  public init(_ studies: [EncodedStudy], on device: Device) throws {
    let images = studies.flatMap(\.images)
    let pixels = try images.first.map { first in
      try Tensor(
        images.flatMap(\.values), [images.count, first.channels, first.height, first.width], on: device)
    }
    try self.init(
      tokens: studies.map(\.tokens), promptLengths: studies.map(\.promptLength), pixels: pixels,
      imageCounts: studies.map(\.images.count), views: studies.flatMap(\.views))
  }
}
