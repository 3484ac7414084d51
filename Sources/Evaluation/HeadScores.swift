import Fusion

/// What the heads of a model said about many studies, and what was true; kept as numbers only.
public struct HeadScores: Sendable {
  /// For each study and finding: the logit and whether it was present; nil where the record did not say.
  private var findings: [[(logit: Double, truth: Bool)?]] = []
  private var classes: [(logits: [Double], truth: Int)] = []

  public init() {}

  /// Adds a batch: logits are [studies × findings] and [studies × classes], empty without such a head.
  public mutating func append(
    _ truths: [[Bool?]], findingLogits: [Float], classes truthClasses: [Int?], classLogits: [Float]
  ) {
    for (study, stated) in truths.enumerated() where findingLogits.count == truths.count * stated.count {
      findings.append(
        stated.enumerated().map { index, truth in
          truth.map { (Double(findingLogits[study * stated.count + index]), $0) }
        })
    }
    let count = classLogits.count / max(1, truthClasses.count)
    for (study, truth) in truthClasses.enumerated() where count > 0 {
      guard let truth else { continue }
      classes.append((classLogits[study * count..<(study + 1) * count].map(Double.init), truth))
    }
  }

  /// For each finding: how often a probability of at least a half was right.
  public var findingCounts: [BinaryCounts] {
    columns.map { cases in
      var counts = BinaryCounts()
      for (logit, truth) in cases { counts.add(predicted: logit >= 0, truth: truth) }
      return counts
    }
  }

  /// For each finding, the area under its receiver operating characteristic.
  public var findingAUROC: [Double?] {
    columns.map { Ranking.auroc(scores: $0.map(\.logit), truths: $0.map(\.truth)) }
  }

  /// The confusion of the classes; nil without a class head.
  public var confusion: ConfusionMatrix? {
    guard let count = classes.first?.logits.count else { return nil }
    var matrix = ConfusionMatrix(classes: count)
    for (logits, truth) in classes { matrix.add(predicted: Self.best(logits), truth: truth) }
    return matrix
  }

  /// The figures by name, for logs: findings_f1 (macro over findings that occur), findings_auroc, classes_accuracy,
  /// classes_f1.
  public var metrics: [(name: String, value: Double)] {
    var result: [(String, Double)] = []
    let occurring = findingCounts.filter { $0.support > 0 }
    if !occurring.isEmpty {
      result.append(("findings_f1", occurring.reduce(0) { $0 + $1.f1 } / Double(occurring.count)))
    }
    let areas = findingAUROC.compactMap { $0 }
    if !areas.isEmpty { result.append(("findings_auroc", areas.reduce(0, +) / Double(areas.count))) }
    if let confusion {
      result.append(("classes_accuracy", confusion.accuracy))
      result.append(("classes_f1", confusion.macroF1))
    }
    return result
  }

  /// Temperatures fitted to these studies, and the calibration error of the findings with them.
  public func calibration(dataset: String) -> Calibration {
    // Scores that are no numbers say nothing of probabilities.
    let cases = findings.flatMap { $0.compactMap { $0 } }.filter(\.logit.isFinite)
    let classes = classes.filter { $0.logits.allSatisfy(\.isFinite) }
    guard !cases.isEmpty || !classes.isEmpty else { return Calibration() }
    let findingTemperature =
      cases.isEmpty
      ? 1
      : TemperatureScaling.fit { temperature in
        cases.reduce(0) { $0 + TemperatureScaling.loss(logit: $1.logit / temperature, truth: $1.truth) }
          / Double(cases.count)
      }
    let classTemperature =
      classes.isEmpty
      ? 1
      : TemperatureScaling.fit { temperature in
        classes.reduce(0) {
          $0 + TemperatureScaling.loss(logits: $1.logits.map { $0 / temperature }, truth: $1.truth)
        } / Double(classes.count)
      }
    var fitted = Calibration(
      findingTemperature: findingTemperature, classTemperature: classTemperature, dataset: dataset,
      count: max(findings.count, classes.count))
    if !cases.isEmpty {
      fitted.expectedError = ProbabilityQuality.expectedCalibrationError(
        confidences: cases.map { fitted.findingProbability(logit: Float($0.logit)) },
        right: cases.map(\.truth))
    }
    return fitted
  }

  /// The cases of each finding.
  private var columns: [[(logit: Double, truth: Bool)]] {
    (0..<(findings.first?.count ?? 0)).map { index in findings.compactMap { $0[index] } }
  }

  private static func best(_ logits: [Double]) -> Int {
    logits.indices.max { logits[$0] < logits[$1] } ?? 0
  }
}
