/// Averages over classes or labels, each as scikit-learn names it.
extension Array where Element == BinaryCounts {
  /// All decisions counted together.
  public var pooled: BinaryCounts { reduce(into: BinaryCounts()) { $0 += $1 } }

  /// The mean over the entries that occur, in truth or in predictions; not a number when none does.
  public var macroPrecision: Double { mean(\.precision) }
  public var macroRecall: Double { mean(\.recall) }
  public var macroF1: Double { mean(\.f1) }

  /// F1 weighted by how often each entry is truly positive.
  public var weightedF1: Double {
    reduce(0) { $0 + $1.f1 * Double($1.support) } / Double(reduce(0) { $0 + $1.support })
  }

  private func mean(_ value: (BinaryCounts) -> Double) -> Double {
    let occurring = filter { $0.support + $0.falsePositives > 0 }
    return occurring.reduce(0) { $0 + value($1) } / Double(occurring.count)
  }
}

extension ConfusionMatrix {
  /// The counts of every class.
  public var classCounts: [BinaryCounts] { (0..<classes).map(counts(of:)) }
}

/// Decisions over several labels that may each be there or not.
public enum MultiLabel {
  /// For each label how often a probability at or above its threshold was right. `probabilities` and `truths` are
  /// [cases][labels]; a truth that is nil is not counted.
  public static func counts(
    probabilities: [[Double]], truths: [[Bool?]], thresholds: [Double]
  ) -> [BinaryCounts] {
    var counts = [BinaryCounts](repeating: BinaryCounts(), count: thresholds.count)
    for (probabilities, truths) in zip(probabilities, truths) {
      for (label, threshold) in thresholds.enumerated()
      where label < probabilities.count && label < truths.count {
        guard let truth = truths[label] else { continue }
        counts[label].add(predicted: probabilities[label] >= threshold, truth: truth)
      }
    }
    return counts
  }

  /// The threshold with the best F1 for one label: one of the probabilities, the highest when several are as good; nil
  /// without a positive case.
  public static func bestThreshold(probabilities: [Double], truths: [Bool]) -> Double? {
    let positives = truths.count { $0 }
    guard positives > 0 else { return nil }
    var best: (threshold: Double, f1: Double)?
    var taken = 0
    var right = 0
    let order = zip(probabilities, truths).sorted { $0.0 > $1.0 }
    for (index, (probability, truth)) in order.enumerated() {
      taken += 1
      right += truth ? 1 : 0
      // Equal probabilities are decided together.
      if index + 1 < order.count, order[index + 1].0 == probability { continue }
      let f1 = 2 * Double(right) / Double(taken + positives)
      if f1 > best?.f1 ?? 0 { best = (probability, f1) }
    }
    return best?.threshold
  }
}
