import DeepSeek
import Tensors

/// Where a model looked: maps over the patch grid of each image.
public struct Evidence: Sendable {
  /// Patches along each side.
  public let side: Int
  /// For each image of the study, the share of the answer's cross-attention on each patch, rows from the top.
  public let answer: [[Float]]
  /// For each finding of the finding head, the same of its pooling query.
  public let findings: [[[Float]]]
}

extension JointModel {
  /// Maps for one study with images, after its answer was written: tokens hold prompt and answer.
  public func evidence(_ batch: StudyBatch) throws -> Evidence? {
    let tape = Tape(inference: device)
    guard batch.studyCount == 1, let vision, let memory = try see(batch, tape) else { return nil }
    let tokens = try TokenBatch(batch.tokens, on: device)
    let side = vision.configuration.gridSide
    let looks = try crossAttentionWeights(tokens, memory, answerStart: batch.promptLengths[0], tape)
    let findings = try pooling?.attentionWeights(memory.patches, memory.patchStudies, tape) ?? []
    func images(_ weights: [Float]) -> [[Float]] {
      (0..<batch.imageCounts[0]).map { Array(weights[$0 * side * side..<($0 + 1) * side * side]) }
    }
    return Evidence(
      side: side, answer: images(looks),
      findings: configuration.heads.findings.isEmpty ? [] : findings.map(images))
  }

  /// The mean over blocks of the attention that the answer's rows give to each patch.
  private func crossAttentionWeights(
    _ tokens: TokenBatch, _ memory: VisualMemory, answerStart: Int, _ tape: Tape
  ) throws -> [Float] {
    let looking = try Looking(tokens, memory.studies, on: device)
    let context = try context(memory, tape)
    let rows = min(answerStart, tokens.tokenCount - 1)..<tokens.tokenCount
    let answer = [AttentionRange(queries: rows, keys: memory.studies[0])]
    var total = [Float](repeating: 0, count: memory.patches.rowCount)
    var x = try text.embed(tokens, tape)
    for index in 0..<configuration.text.layers {
      if let block = blocks[index], let keys = context[index] {
        let weights = try tape.attentionWeights(
          block.queries(x, tape), keys.keys, block.attention, answer
        ).values()
        for (token, patch) in memory.patchOfToken.enumerated() where patch >= 0 {
          total[patch] += weights[token] / Float(blocks.count)
        }
        x = try block(x, keys, looking.ranges, mask: looking.mask, dropout: 0, tape)
      }
      x = try text.layer(index, x, tokens, tape)
    }
    return total
  }
}
