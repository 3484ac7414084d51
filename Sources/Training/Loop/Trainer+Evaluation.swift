internal import Evaluation
internal import Fusion
internal import Groundwork
internal import Reading
internal import Reports
internal import Studies
internal import Tensors

/// Measuring a model on studies that it does not learn from.
extension Trainer {
  /// Losses and head scores over the validation split, and, for its first studies if the recipe says so, the reports that
  /// the model writes. Fits the calibration of the heads on the way.
  func evaluate(_ preparation: StudyPreparation, step: Int, epoch: Double) throws -> MetricRecord {
    var (metrics, scores) = try measure(model, on: preparation)
    model.calibrate(scores.calibration(dataset: "\(recipe.name) \(recipe.data.validation)"))
    if let f1 = try writtenFindingsF1(preparation) { metrics.append(.init(name: "report_f1", value: f1)) }
    return MetricRecord(kind: .evaluation, step: step, epoch: epoch, time: UTCTime.now(), metrics: metrics)
  }

  /// What the best checkpoint does on studies that it was neither learned nor chosen by.
  func test(_ preparation: StudyPreparation, step: Int, epoch: Double) throws -> MetricRecord {
    let best = try JointModel.load(run.checkpointPath(step: step), on: device)
    let (metrics, _) = try measure(best, on: preparation)
    return MetricRecord(kind: .test, step: step, epoch: epoch, time: UTCTime.now(), metrics: metrics)
  }

  private func measure(
    _ model: JointModel, on preparation: StudyPreparation
  ) throws -> ([MetricRecord.Metric], HeadScores) {
    var sums = Objective.Sums()
    var count = Objective.Count()
    var scores = HeadScores()
    let total = preparation.split.count
    for start in stride(from: 0, to: total, by: recipe.training.batch) {
      let studies = try (start..<min(total, start + recipe.training.batch)).map {
        try preparation.study($0, epoch: 0)
      }
      let tape = Tape(inference: device)
      let output = try model(StudyBatch(studies, on: device), tape)
      // The denominators scale gradients only, which are not wanted here.
      let batch = Objective.Count(studies)
      sums += try objective(output, studies, count: batch, model: model, tape)
      count += batch
      scores.append(
        studies.map(\.findings), findingLogits: try output.findingLogits?.values() ?? [],
        classes: studies.map(\.classIndex), classLogits: try output.classLogits?.values() ?? [])
      try onEvent(.evaluating(done: start + studies.count, total: total))
    }
    var metrics = [MetricRecord.Metric(name: TrainingCurves.Metric.loss, value: objective.total(sums, count))]
    metrics += lossMetrics(sums, count)
    metrics += scores.metrics.map { MetricRecord.Metric(name: $0.name, value: $0.value) }
    return (metrics, scores)
  }
}

extension Trainer {
  /// The micro F1 of the findings in the reports that the model writes for the first studies of a split, as many as the
  /// recipe says; nil when none are written.
  private func writtenFindingsF1(_ preparation: StudyPreparation) throws -> Double? {
    let total = min(recipe.evaluation.generate, preparation.split.count)
    guard total > 0, recipe.data.target == .report else { return nil }
    let interpreter = try StudyInterpreter(model, tokenizer: encoder.tokenizer)
    var prompts = preparation
    prompts.withAnswer = false
    var counts = BinaryCounts()
    for start in stride(from: 0, to: total, by: recipe.training.batch) {
      let studies = try (start..<min(total, start + recipe.training.batch)).map {
        try prompts.study($0, epoch: 0)
      }
      for (study, interpretation) in zip(studies, try interpreter.interpret(studies)) {
        let written = Set(interpretation.draft?.positiveFindings.map(\.code.rawValue) ?? [])
        for (name, truth) in zip(model.configuration.heads.findings, study.findings) {
          if let truth { counts.add(predicted: written.contains(name), truth: truth) }
        }
      }
    }
    return counts.f1
  }
}

extension Recipe.Evaluation.Measure {
  /// What the metric is called in an evaluation's record.
  var metricName: String { rawValue }
}
