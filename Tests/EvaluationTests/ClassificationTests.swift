import Groundwork
import Testing

@testable import Evaluation

@Suite struct ClassificationTests {
  @Test func classMetricsAgreeWithThePublicScorer() throws {
    for fixture in try #require(try Fixtures.metrics()["classification"]?.array) {
      func expected(_ key: String) throws -> Double { try #require(fixture[key]?.number) }
      let probabilities = try fixture.rows("probabilities")
      let labels = try fixture.numbers("labels").map { Int($0) }
      let classes = probabilities[0].count
      var matrix = ConfusionMatrix(classes: classes)
      for (row, label) in zip(probabilities, labels) {
        let best = row.max()
        matrix.add(predicted: row.firstIndex { $0 == best } ?? 0, truth: label)
      }
      #expect(matrix.counts.map { $0.map(Double.init) } == (try fixture.rows("confusion")))
      #expect(near(matrix.accuracy, try expected("accuracy")))
      let counts = matrix.classCounts
      #expect(near(counts.map(\.f1), try fixture.numbers("f1")))
      #expect(near(counts.map(\.precision), try fixture.numbers("precision")))
      #expect(near(counts.map(\.recall), try fixture.numbers("recall")))
      #expect(near(counts.macroPrecision, try expected("macro_precision")))
      #expect(near(counts.macroRecall, try expected("macro_recall")))
      #expect(near(counts.macroF1, try expected("macro_f1")))
      #expect(near(matrix.macroF1, try expected("macro_f1")))
      #expect(near(counts.pooled.f1, try expected("micro_f1")))
      #expect(near(counts.pooled.precision, try expected("micro_precision")))
      #expect(near(counts.weightedF1, try expected("weighted_f1")))
      let truths = (0..<classes).map { index in labels.map { $0 == index } }
      let areas = (0..<classes).map { index in
        Ranking.auroc(scores: probabilities.map { $0[index] }, truths: truths[index]) ?? .nan
      }
      #expect(near(areas, try fixture.numbers("auroc")))
      let macro = try #require(Ranking.macroAUROC(probabilities: probabilities, truths: labels))
      #expect(near(macro, areas.reduce(0, +) / Double(classes)))
      let precisions = (0..<classes).map { index in
        Ranking.averagePrecision(scores: probabilities.map { $0[index] }, truths: truths[index]) ?? .nan
      }
      #expect(near(precisions, try fixture.numbers("average_precision")))
      #expect(
        near(ProbabilityQuality.brier(probabilities: probabilities, truths: labels), try expected("brier")))
      let last = ProbabilityQuality.brier(
        probabilities: probabilities.map { $0[classes - 1] }, truths: truths[classes - 1])
      #expect(near(last, try expected("brier_last")))
      let error = ProbabilityQuality.expectedCalibrationError(probabilities: probabilities, truths: labels)
      #expect(near(error, try expected("calibration_error")))
    }
  }

  @Test func labelMetricsAgreeWithThePublicScorer() throws {
    for fixture in try #require(try Fixtures.metrics()["multilabel"]?.array) {
      let probabilities = try fixture.rows("probabilities")
      let truths = try #require(fixture["truths"]?.array).map { ($0.array ?? []).compactMap(\.boolean) }
      let counts = MultiLabel.counts(
        probabilities: probabilities, truths: truths.map { $0.map(Optional.some) },
        thresholds: try fixture.numbers("thresholds"))
      #expect(near(counts.map(\.f1), try fixture.numbers("f1")))
      #expect(near(counts.macroF1, try #require(fixture["macro"]?.number)))
      #expect(near(counts.pooled.f1, try #require(fixture["micro"]?.number)))
      #expect(near(counts.weightedF1, try #require(fixture["weighted"]?.number)))
      for (label, expected) in try fixture.numbers("best").enumerated() {
        let column = probabilities.map { $0[label] }
        let truth = truths.map { $0[label] }
        let threshold = try #require(MultiLabel.bestThreshold(probabilities: column, truths: truth))
        var counted = BinaryCounts()
        for (probability, isTrue) in zip(column, truth) {
          counted.add(predicted: probability >= threshold, truth: isTrue)
        }
        #expect(near(counted.f1, expected))
      }
    }
  }

  @Test func whatIsNotStatedIsNotCounted() {
    let counts = MultiLabel.counts(
      probabilities: [[0.9, 0.9], [0.1, 0.1]], truths: [[true, nil], [false, true]], thresholds: [0.5, 0.5])
    #expect(counts[0].support == 1 && counts[0].trueNegatives == 1)
    #expect(counts[1].falseNegatives == 1 && counts[1].falsePositives == 0)
  }

  @Test func withoutCasesOfBothKindsThereIsNoArea() {
    #expect(Ranking.auroc(scores: [0.1, 0.2], truths: [true, true]) == nil)
    #expect(Ranking.averagePrecision(scores: [0.1], truths: [false]) == nil)
    #expect(Ranking.macroAUROC(probabilities: [[0.1, 0.9], [0.3, 0.7]], truths: [1, 1]) == nil)
    #expect(MultiLabel.bestThreshold(probabilities: [0.5], truths: [false]) == nil)
  }

  @Test func aConfidenceOnAnEdgeIsOfTheBinBelow() {
    let bins = ProbabilityQuality.bins(
      confidences: [0.2, 0.4, 0.6, 0.8, 1, 0], right: [true, true, true, true, true, false], count: 5)
    #expect(bins.map(\.count) == [2, 1, 1, 1, 1])
  }
}
