import Console
import Groundwork
import Training

/// Shows a training run to a person: the plan before the first step, a live line, and each evaluation.
final class TrainingWatcher {
  private let session: Session
  private let isQuiet: Bool
  private let answersJSON: Bool
  private var progress: Progress?
  private var tested: String?

  init(_ session: Session, isQuiet: Bool, answersJSON: Bool) {
    self.session = session
    self.isQuiet = isQuiet
    self.answersJSON = answersJSON
  }

  func see(_ event: TrainingEvent) throws {
    switch event {
    case .started(let start): try begin(start)
    case .step(let step):
      if answersJSON { try session.answer(step.record.json) }
      progress?.update(completed: step.record.step, values: Self.values(step))
    case .evaluating: break
    case .evaluated(let record, let isBest):
      if answersJSON { try session.answer(record.json) }
      progress?.note(Self.line(record, isBest: isBest))
    case .tested(let record, let studies):
      if answersJSON { try session.answer(record.json) }
      tested = "best checkpoint on \(studies) test studies: \(Self.metrics(record))"
    case .saved: break
    case .warning(let text): progress?.note("warning: " + text)
    }
  }

  func finish(_ summary: TrainingSummary, _ path: String) {
    progress?.finish()
    guard !isQuiet else { return }
    if let tested { try? session.messages.write(tested + "\n") }
    let reason = summary.stoppedEarly ? ", stopped early" : ""
    guard summary.bestStep != nil else {
      try? session.messages.write(
        "\(summary.stepsDone) steps in \(Int(summary.seconds)) s\(reason); no evaluation gave the measure that evaluation.best "
          + "names, so that there is no best checkpoint; model: \(Path.join(path, "last"))\n")
      return
    }
    let best = summary.best.map { ", best \($0.text(decimals: 4)) at step \(summary.bestStep ?? 0)" } ?? ""
    try? session.messages.write(
      "\(summary.stepsDone) steps in \(Int(summary.seconds)) s\(reason)\(best); model: \(Path.join(path, "best"))\n"
    )
  }

  private func begin(_ start: TrainingEvent.Start) throws {
    if !isQuiet { try session.messages.write(Self.table(start).text(on: session.messageTerminal) + "\n") }
    progress = Progress(
      ProgressState("training", .things("steps"), total: start.totalSteps, completed: start.stepsDone),
      in: session,
      quiet: isQuiet)
  }

  /// What is trained at which rate, and what is frozen.
  private static func table(_ start: TrainingEvent.Start) -> Table {
    var table = Table(columns: [
      .init("part"), .init("parameters", .right), .init("highest rate", .right),
    ])
    for part in start.parts where part.elements > 0 {
      table.add(part.part.rawValue, "\(part.elements)", part.rate > 0 ? "\(part.rate)" : "frozen")
    }
    table.add("all", "\(start.parameters)", "")
    table.add(
      "studies", "\(start.trainingStudies) to learn, \(start.validationStudies) to check",
      "\(start.totalSteps) steps")
    return table
  }

  private static func values(_ step: TrainingEvent.Progress) -> [ProgressState.Value] {
    [
      .init("loss", (step.record[TrainingCurves.Metric.loss] ?? .nan).text(decimals: 3)),
      .init("tokens/s", "\(Int(step.tokensPerSecond))"),
      .init("images/s", step.imagesPerSecond.text(decimals: 1)),
    ]
  }

  private static func line(_ record: MetricRecord, isBest: Bool) -> String {
    "epoch \(record.epoch.text(decimals: 2)): \(metrics(record))\(isBest ? " (best)" : "")"
  }

  private static func metrics(_ record: MetricRecord) -> String {
    record.metrics.map { "\($0.name) \($0.value.text(decimals: 4))" }.joined(separator: ", ")
  }
}
