/// Metrics of how well scores order cases.
public enum Ranking {
  /// The area under the receiver operating characteristic: the chance that a positive case scores higher than a negative
  /// one, ties counting half (Hanley & McNeil 1982). Nil without cases of both kinds.
  public static func auroc(scores: [Double], truths: [Bool]) -> Double? {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    let positives = truths.count { $0 }
    let negatives = truths.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    // The sum of the positives' ranks, equal scores sharing the mean of theirs (Mann & Whitney 1947).
    var rankSum = 0.0
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let rank = Double(start + 1 + end) / 2
      rankSum += rank * Double(order[start..<end].count { truths[$0] })
      start = end
    }
    let smallest = Double(positives) * Double(positives + 1) / 2
    return (rankSum - smallest) / (Double(positives) * Double(negatives))
  }
}
