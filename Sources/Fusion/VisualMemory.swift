import Tensors

/// What the images of a batch of studies have become: computed once, looked at for every word of every answer.
public struct VisualMemory {
  /// The rows that cross-attention sees. [rows, vision width]
  public let tokens: Tensor
  /// Which of them are each study's; empty for a study without images.
  public let studies: [Range<Int>]
  /// The patch tokens with their view embeddings: [images × patches, vision width], and each study's rows.
  public let patches: Tensor
  public let patchStudies: [Range<Int>]
  /// The pooled token of each finding in each study: [studies × findings, vision width].
  public let findings: Tensor?
  /// For each row of `tokens`, the row of `patches` it is; −1 for latents and finding tokens.
  public let patchOfToken: [Int]
}
