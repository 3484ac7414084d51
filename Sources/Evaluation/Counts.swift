/// How often a yes-or-no prediction was right and wrong.
public struct BinaryCounts: Equatable, Sendable {
  public var truePositives = 0
  public var falsePositives = 0
  public var falseNegatives = 0
  public var trueNegatives = 0

  public init() {}

  public mutating func add(predicted: Bool, truth: Bool) {
    switch (predicted, truth) {
    case (true, true): truePositives += 1
    case (true, false): falsePositives += 1
    case (false, true): falseNegatives += 1
    case (false, false): trueNegatives += 1
    }
  }

  public static func += (left: inout BinaryCounts, right: BinaryCounts) {
    left.truePositives += right.truePositives
    left.falsePositives += right.falsePositives
    left.falseNegatives += right.falseNegatives
    left.trueNegatives += right.trueNegatives
  }

  /// 0 when nothing was predicted, as scikit-learn's `zero_division=0`.
  public var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
  public var recall: Double { Self.ratio(truePositives, truePositives + falseNegatives) }
  /// The harmonic mean of precision and recall.
  public var f1: Double { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
  /// Cases that are truly positive.
  public var support: Int { truePositives + falseNegatives }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}

/// How often each class was taken for each other: rows are the truth.
public struct ConfusionMatrix: Equatable, Sendable {
  public let classes: Int
  public private(set) var counts: [[Int]]

  public init(classes: Int) {
    self.classes = classes
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  public mutating func add(predicted: Int, truth: Int) { counts[truth][predicted] += 1 }

  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of right predictions; not a number without cases.
  public var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
  }

  /// One class against all others.
  public func counts(of index: Int) -> BinaryCounts {
    var result = BinaryCounts()
    result.truePositives = counts[index][index]
    result.falseNegatives = counts[index].reduce(0, +) - result.truePositives
    result.falsePositives = counts.reduce(0) { $0 + $1[index] } - result.truePositives
    result.trueNegatives = total - result.truePositives - result.falseNegatives - result.falsePositives
    return result
  }

  /// The mean F1 over the classes that occur, in truth or in predictions, as scikit-learn's `average="macro"`.
  public var macroF1: Double {
    let occurring = (0..<classes).map(counts(of:)).filter { $0.support + $0.falsePositives > 0 }
    return occurring.reduce(0) { $0 + $1.f1 } / Double(occurring.count)
  }
}
