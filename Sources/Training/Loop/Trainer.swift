internal import Fusion
internal import Checkpoints
internal import Groundwork
internal import Imaging
internal import Reading
internal import Studies
public import Tensors
internal import Tokenization

/// Runs a recipe: prepares steps ahead, trains, evaluates, keeps the best and the last checkpoint, and goes on bit for bit
/// where an interrupted run stopped.
public final class Trainer {
  let file: RecipeFile
  let recipe: Recipe
  let run: RunDirectory
  let device: Device
  let model: JointModel
  let encoder: StudyEncoder
  let objective: Objective
  let onEvent: (TrainingEvent) throws -> Void

  private let tokenizer: Tokenizer
  private let survey: DataSurvey
  private let optimizer: AdamWOptimizer
  private let plan: StepPlan
  private let schedule: RateSchedule
  private let training: StudyPreparation
  private let log: MetricsLog
  private let events: EventFile
  private var tracker: BestTracker
  private var meter = StepMeter()
  private var badSteps = 0
  private let stepsDone: Int

  /// A step whose gradient is no number is skipped; so many in a row end the run.
  private static let badStepLimit = 10

  /// The bytes that decoded radiographs may take between epochs.
  private static let cacheLimit = 1 << 30

  /// - Parameters:
  ///   - path: the run directory.
  ///   - isResuming: whether to go on with the run that is there.
  ///   - onEvent: told what happens; what it throws ends the run.
  public init(
    _ file: RecipeFile, run path: String, isResuming: Bool, on device: Device,
    onEvent: @escaping (TrainingEvent) throws -> Void
  ) throws {
    self.file = file
    self.device = device
    self.onEvent = onEvent
    recipe = file.recipe
    survey = try DataSurvey(recipe.data.path, training: recipe.data.train, checksImages: recipe.data.images)
    try file.checkSplits(survey.counts)
    try Self.checkTargets(file, survey)
    run =
      isResuming
      ? try RunDirectory.resume(path, recipe: recipe) : try RunDirectory.create(path, recipe: recipe)
    let last = isResuming ? run.step(of: .last) : nil
    stepsDone = last ?? 0
    let checkpoint = last.map(run.checkpointPath)
    let prepared = try RunModel(file, survey, checkpoint: checkpoint, on: device)
    model = prepared.model
    tokenizer = prepared.tokenizer
    encoder = try StudyEncoder(model.configuration, tokenizer: tokenizer, context: recipe.data.context)
    objective = Objective(recipe)
    optimizer = try AdamWOptimizer(recipe, model.parameters)
    tracker = BestTracker(recipe.evaluation)
    training = StudyPreparation(
      encoder: encoder, split: survey.split(recipe.data.train),
      cache: RadiographCache(limit: Self.cacheLimit),
      augmentation: (Augmentation(recipe.augmentation), recipe.seed), withAnswer: recipe.losses.report > 0)
    plan = StepPlan(
      studies: training.split.count, lengths: try Self.lengths(training, recipe), training: recipe.training,
      seed: recipe.seed)
    schedule = RateSchedule(recipe.training.schedule, totalSteps: plan.totalSteps)
    log = try MetricsLog(run.metricsPath, resumingAfter: last)
    events = try EventFile(in: run.path, resumingAfter: last)
    if let checkpoint {
      try optimizer.load(from: Path.join(checkpoint, Self.optimizerName))
      tracker.restore(try JSON(parsing: File.read(Path.join(checkpoint, Self.stateName))))
    }
  }

  /// Trains to the end of the recipe, or until patience ends.
  public func train() throws -> TrainingSummary {
    let start = monotonicSeconds()
    try onEvent(.started(startFacts()))
    for note in model.notes { try onEvent(.warning(note)) }
    let training = training
    let plan = plan
    let prefetcher = try Prefetcher(
      stepsDone + 1..<max(stepsDone, plan.totalSteps) + 1, workers: recipe.data.workers,
      ahead: recipe.data.ahead
    ) { number in
      try plan.step(number).map { step in
        (step, try step.batches.map { try $0.map { try training.study($0, epoch: step.epoch) } })
      }
    }
    var done = stepsDone
    var stopped = false
    while !stopped, case (let step, let batches)?? = try prefetcher.next() {
      try take(step, batches)
      done = step.number
      let isLast = step.number == plan.totalSteps
      if isLast || step.endsEpoch && (step.epoch + 1) % recipe.evaluation.everyEpochs == 0 {
        stopped = try evaluateAndSave(step)
      } else if let every = recipe.checkpoints.everySteps, step.number % every == 0 {
        try save(step.number, isBest: false)
      }
    }
    prefetcher.stop()
    if stopped || done == plan.totalSteps { try testOnce() }
    return TrainingSummary(
      stepsDone: done, bestStep: tracker.bestStep, best: tracker.best, stoppedEarly: stopped,
      seconds: monotonicSeconds() - start)
  }

  /// One step of the optimizer over its batches.
  private func take(_ step: PlannedStep, _ batches: [[EncodedStudy]]) throws {
    let start = monotonicSeconds()
    var count = Objective.Count()
    for batch in batches { count += Objective.Count(batch) }
    var sums = Objective.Sums()
    for (index, batch) in batches.enumerated() {
      // Each batch of a step draws its own dropout.
      let key = UInt32(truncatingIfNeeded: step.number * recipe.training.accumulate + index)
      let tape = Tape(training: device, random: Tape.RandomKey(seed: recipe.seed, step: key))
      let output = try model(StudyBatch(batch, on: device), tape)
      sums += try objective(output, batch, count: count, model: model, tape)
      try tape.backward()
    }
    let factor = schedule.factor(at: step.number)
    let norm = try optimizer.step(step.number, rateFactor: factor)
    try guardAgainst(norm, step.number)
    meter.record(seconds: monotonicSeconds() - start, studies: step.studies, tokens: count.tokens)
    guard step.number % recipe.training.logEvery == 0 || step.number == plan.totalSteps else { return }
    try report(step, sums, count, norm: norm, factor: factor)
  }

  private func guardAgainst(_ norm: Double, _ step: Int) throws {
    guard !norm.isFinite else {
      badSteps = 0
      return
    }
    badSteps += 1
    try onEvent(.warning("step \(step) was skipped: its gradient is not a number"))
    if badSteps == Self.badStepLimit {
      throw TrainingError.run(
        path: run.path,
        reason:
          "\(badSteps) steps in a row had a gradient that is not a number; lower training.rates and go on with --resume"
      )
    }
  }

  private func report(
    _ step: PlannedStep, _ sums: Objective.Sums, _ count: Objective.Count, norm: Double, factor: Double
  ) throws {
    var metrics = [MetricRecord.Metric(name: TrainingCurves.Metric.loss, value: objective.total(sums, count))]
    metrics += lossMetrics(sums, count)
    metrics.append(.init(name: TrainingCurves.Metric.gradientNorm, value: norm))
    for part in ModelPart.allCases where recipe.highestRate(of: part) > 0 {
      metrics.append(
        .init(name: TrainingCurves.Metric.rate + part.rawValue, value: recipe.highestRate(of: part) * factor))
    }
    if let imbalance = model.text.expertImbalance {
      metrics.append(.init(name: "expert_imbalance", value: imbalance))
      model.text.forgetExpertLoad()
    }
    metrics.append(.init(name: "tokens_per_second", value: meter.tokensPerSecond))
    metrics.append(.init(name: "studies_per_second", value: meter.studiesPerSecond))
    if let memory = MemoryUse.now() {
      metrics.append(.init(name: TrainingCurves.Metric.memory, value: Double(memory.resident)))
    }
    let record = MetricRecord(
      kind: .training, step: step.number, epoch: step.epochsDone, time: UTCTime.now(), metrics: metrics)
    try log.append(record)
    try events.append(record)
    let imagesPerStudy = Double(count.images) / Double(max(1, count.studies))
    try onEvent(
      .step(
        TrainingEvent.Progress(
          record: record, totalSteps: plan.totalSteps, tokensPerSecond: meter.tokensPerSecond,
          imagesPerSecond: meter.studiesPerSecond * imagesPerStudy,
          secondsLeft: meter.timeLeft(steps: plan.totalSteps - step.number))))
  }

  func lossMetrics(_ sums: Objective.Sums, _ count: Objective.Count) -> [MetricRecord.Metric] {
    var metrics: [MetricRecord.Metric] = []
    if count.targetTokens > 0, recipe.losses.report > 0 {
      metrics.append(.init(name: "loss_report", value: sums.report / Double(count.targetTokens)))
      metrics.append(
        .init(name: "token_accuracy", value: Double(sums.rightTokens) / Double(count.targetTokens)))
    }
    if count.findings > 0, recipe.losses.findings > 0 {
      metrics.append(.init(name: "loss_findings", value: sums.findings / Double(count.findings)))
    }
    if count.classes > 0, recipe.losses.classes > 0 {
      metrics.append(.init(name: "loss_classes", value: sums.classes / Double(count.classes)))
    }
    return metrics
  }

  /// Gives whether patience has ended.
  private func evaluateAndSave(_ step: PlannedStep) throws -> Bool {
    let record = try evaluate(
      preparation(of: recipe.data.validation), step: step.number, epoch: step.epochsDone)
    guard record[TrainingCurves.Metric.loss]?.isFinite == true else {
      throw TrainingError.run(
        path: run.path,
        reason:
          "after step \(step.number) the model computes no numbers any more; lower training.rates and begin again"
      )
    }
    let verdict = tracker.record(record[recipe.evaluation.best.metricName] ?? .nan, step: step.number)
    try log.append(record)
    try log.synchronize()
    try events.append(record)
    try TrainingCurves.draw(log.records, title: recipe.name, to: run.curvesPath)
    try onEvent(.evaluated(record, isBest: verdict.isBest))
    try save(step.number, isBest: verdict.isBest)
    return verdict.shouldStop
  }

  /// Measures the best checkpoint on the test split, unless an earlier part of the run has.
  private func testOnce() throws {
    guard let split = recipe.data.test, let step = tracker.bestStep,
      !log.records.contains(where: { $0.kind == .test })
    else { return }
    let preparation = preparation(of: split)
    guard !preparation.split.isEmpty else { return }
    let epoch = log.records.last { $0.kind == .evaluation && $0.step == step }?.epoch ?? 0
    let record = try test(preparation, step: step, epoch: epoch)
    try log.append(record)
    try log.synchronize()
    try events.append(record)
    try onEvent(.tested(record, studies: preparation.split.count))
  }

  /// The studies of a split as they are, without random changes.
  private func preparation(of split: String) -> StudyPreparation {
    StudyPreparation(
      encoder: encoder, split: survey.split(split), cache: training.cache, augmentation: nil,
      withAnswer: training.withAnswer)
  }

  // MARK: Checkpoints

  private static let optimizerName = "optimizer.safetensors"
  private static let stateName = "training_state.json"

  private func save(_ step: Int, isBest: Bool) throws {
    let path = run.checkpointPath(step: step)
    try CheckpointDirectory.write(path) { temporary in
      try model.save(into: temporary)
      try tokenizer.save(to: temporary)
      try optimizer.save(to: Path.join(temporary, Self.optimizerName))
      try File.writeAtomically(Path.join(temporary, Self.stateName), tracker.state.text() + "\n")
    }
    if isBest { try run.point(.best, at: step) }
    try run.point(.last, at: step)
    try run.prune(keeping: recipe.checkpoints.keep)
    try onEvent(.saved(path: path))
  }

  // MARK: Before the first step

  private func startFacts() -> TrainingEvent.Start {
    let all = model.parameters.parameters + (model.parameters.adapters?.parameters.parameters ?? [])
    let parts = ModelPart.allCases.map { part in
      let members = all.filter { ModelPart(ofParameter: $0.name) == part }
      return (part, members.reduce(0) { $0 + $1.tensor.count }, recipe.highestRate(of: part))
    }
    return TrainingEvent.Start(
      parameters: all.reduce(0) { $0 + $1.tensor.count },
      trainedParameters: all.reduce(0) { $0 + ($1.isTrainable ? $1.tensor.count : 0) }, parts: parts,
      trainingStudies: training.split.count, validationStudies: survey.counts[recipe.data.validation] ?? 0,
      totalSteps: plan.totalSteps, stepsDone: stepsDone, vocabulary: tokenizer.vocabularySize)
  }

  /// Refuses a recipe from which nothing could be learned.
  private static func checkTargets(_ file: RecipeFile, _ survey: DataSurvey) throws {
    let recipe = file.recipe
    let answers =
      switch recipe.data.target {
      case .report: survey.reports
      case .text: survey.texts
      case .none: 0
      }
    if recipe.data.target != .none, answers == 0 {
      throw file.error(
        at: ["data.target"],
        "data.target is \(recipe.data.target.rawValue), but no record of \(recipe.data.path) has such a text; use none"
      )
    }
    if recipe.heads.classes == .label && survey.labels.count < 2
      || recipe.heads.classes == .diagnosis && survey.diagnoses.count < 2
    {
      throw file.error(
        at: ["heads.classes"],
        "heads.classes is \(recipe.heads.classes.rawValue), but the records name fewer than two")
    }
    let learns =
      answers > 0 && recipe.losses.report > 0 || recipe.heads.findings && !survey.findings.isEmpty
      || recipe.heads.classes != .none
    guard learns else {
      throw file.error(
        at: ["data.target", "heads"], "there is nothing to learn: no text, no findings and no classes")
    }
  }

  /// The tokens of each training study, where a token budget needs them.
  private static func lengths(_ training: StudyPreparation, _ recipe: Recipe) throws -> [Int] {
    guard recipe.training.batchTokens != nil else { return [] }
    return try training.split.indices.map { index in
      try training.encoder.encodeForTraining(training.split.study(index), radiographs: []).tokens.count
    }
  }
}
