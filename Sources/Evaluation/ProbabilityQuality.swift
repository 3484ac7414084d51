/// How good probabilities are as probabilities.
public enum ProbabilityQuality {
  /// The mean squared distance between probability and truth (Brier 1950); not a number without cases.
  public static func brier(probabilities: [Double], truths: [Bool]) -> Double {
    zip(probabilities, truths).reduce(0) { sum, pair in
      let distance = pair.0 - (pair.1 ? 1 : 0)
      return sum + distance * distance
    } / Double(probabilities.count)
  }

  /// The mean over cases of the squared distances summed over classes; 0 to 2.
  public static func brier(probabilities: [[Double]], truths: [Int]) -> Double {
    zip(probabilities, truths).reduce(0) { sum, pair in
      sum
        + pair.0.enumerated().reduce(0) { inner, entry in
          let distance = entry.element - (entry.offset == pair.1 ? 1 : 0)
          return inner + distance * distance
        }
    } / Double(probabilities.count)
  }

  /// One bin of a reliability diagram.
  public struct Bin: Equatable, Sendable {
    public var count = 0
    /// Means over its cases; 0 when it has none.
    public var confidence = 0.0
    public var accuracy = 0.0
  }

  /// Bins of equal width over (0, 1], each with its upper edge and without its lower one. `right`: whether what the confidence
  /// speaks of came true.
  public static func bins(confidences: [Double], right: [Bool], count: Int = 15) -> [Bin] {
    var bins = [Bin](repeating: Bin(), count: count)
    for (confidence, isRight) in zip(confidences, right) {
      var index = min(count - 1, max(0, Int((confidence * Double(count)).rounded(.up)) - 1))
      // Rounding may put a confidence on an edge into the bin above.
      if index > 0, confidence <= Double(index) * (1 / Double(count)) { index -= 1 }
      bins[index].count += 1
      bins[index].confidence += confidence
      bins[index].accuracy += isRight ? 1 : 0
    }
    for index in bins.indices where bins[index].count > 0 {
      bins[index].confidence /= Double(bins[index].count)
      bins[index].accuracy /= Double(bins[index].count)
    }
    return bins
  }

  /// The expected calibration error (Naeini et al., AAAI 2015; Guo et al., ICML 2017): the mean distance between confidence and
  /// accuracy over bins, weighted by their cases. Not a number without cases.
  public static func expectedCalibrationError(
    confidences: [Double], right: [Bool], binCount: Int = 15
  ) -> Double {
    bins(confidences: confidences, right: right, count: binCount)
      .reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.accuracy) } / Double(confidences.count)
  }

  /// The same for the likeliest class of each case.
  public static func expectedCalibrationError(
    probabilities: [[Double]], truths: [Int], binCount: Int = 15
  ) -> Double {
    var confidences: [Double] = []
    var right: [Bool] = []
    for (row, truth) in zip(probabilities, truths) {
      guard let best = row.indices.max(by: { row[$0] < row[$1] }) else { continue }
      confidences.append(row[best])
      right.append(best == truth)
    }
    return expectedCalibrationError(confidences: confidences, right: right, binCount: binCount)
  }
}
