extension Ranking {
  /// The mean of the precision over the positive cases, in falling order of score; equal scores are one step. Nil without a
  /// positive case. As scikit-learn's `average_precision_score`, without interpolation.
  public static func averagePrecision(scores: [Double], truths: [Bool]) -> Double? {
    let positives = truths.count { $0 }
    guard positives > 0 else { return nil }
    let order = zip(scores, truths).sorted { $0.0 > $1.0 }
    var (taken, right, start) = (0, 0, 0)
    var sum = 0.0
    while start < order.count {
      var end = start
      while end < order.count, order[end].0 == order[start].0 { end += 1 }
      let gained = order[start..<end].count { $0.1 }
      taken += end - start
      right += gained
      sum += Double(gained) * Double(right) / Double(taken)
      start = end
    }
    return sum / Double(positives)
  }

  /// The mean over classes of the area for that class against the others; `probabilities` is [cases][classes]. Nil when a
  /// class has no case, or all.
  public static func macroAUROC(probabilities: [[Double]], truths: [Int]) -> Double? {
    guard let classes = probabilities.first?.count, classes > 0 else { return nil }
    var sum = 0.0
    for index in 0..<classes {
      guard let area = auroc(scores: probabilities.map { $0[index] }, truths: truths.map { $0 == index })
      else {
        return nil
      }
      sum += area
    }
    return sum / Double(classes)
  }
}
