/// ROUGE (Lin, 2004): how much of a reference a text recalls, and how precisely.
public struct ROUGE: Equatable, Sendable {
  public let precision: Double
  public let recall: Double

  /// The harmonic mean of precision and recall.
  public var f1: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }

  private init(matches: Int, candidate: Int, reference: Int) {
    precision = Double(matches) / Double(max(1, candidate))
    recall = Double(matches) / Double(max(1, reference))
  }

  /// ROUGE-N: runs of `length` tokens that both have.
  public static func ngrams(_ candidate: [String], reference: [String], length: Int) -> ROUGE {
    let ours = NGrams.counts(candidate, length: length)
    let theirs = NGrams.counts(reference, length: length)
    let matches = theirs.reduce(0) { $0 + min($1.value, ours[$1.key] ?? 0) }
    return ROUGE(
      matches: matches, candidate: ours.values.reduce(0, +), reference: theirs.values.reduce(0, +))
  }

  /// ROUGE-L: the longest common subsequence.
  ///
  /// - Complexity: the product of the lengths in time, the reference's in memory.
  public static func longestCommonSubsequence(_ candidate: [String], reference: [String]) -> ROUGE {
    var lengths = [Int](repeating: 0, count: reference.count + 1)
    for token in candidate {
      var diagonal = 0
      for (index, other) in reference.enumerated() {
        let above = lengths[index + 1]
        lengths[index + 1] = token == other ? diagonal + 1 : max(above, lengths[index])
        diagonal = above
      }
    }
    return ROUGE(matches: lengths[reference.count], candidate: candidate.count, reference: reference.count)
  }
}
