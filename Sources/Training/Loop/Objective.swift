internal import Fusion
internal import Reading
internal import Tensors

/// The losses of a joint model, weighted as the recipe says. Only what a record states counts.
struct Objective {
  let weights: Recipe.Losses
  let labelSmoothing: Float

  init(_ recipe: Recipe) {
    weights = recipe.losses
    labelSmoothing = Float(recipe.training.labelSmoothing)
  }

  /// What the studies of a step state together, over all its batches: the denominators of the means.
  struct Count: Equatable, Sendable {
    var targetTokens = 0
    var findings = 0
    var classes = 0
    var studies = 0
    var tokens = 0
    var images = 0

    init() {}

    init(_ studies: [EncodedStudy]) {
      for study in studies {
        targetTokens += study.answerLength
        findings += study.findings.count { $0 != nil }
        classes += study.classIndex == nil ? 0 : 1
        tokens += study.tokens.count
        images += study.images.count
      }
      self.studies = studies.count
    }

    static func += (left: inout Count, right: Count) {
      left.targetTokens += right.targetTokens
      left.findings += right.findings
      left.classes += right.classes
      left.studies += right.studies
      left.tokens += right.tokens
      left.images += right.images
    }
  }

  /// Sums of losses, not weighted, and how many target tokens were predicted right.
  struct Sums: Sendable {
    var report = 0.0
    var findings = 0.0
    var classes = 0.0
    var rightTokens = 0

    static func += (left: inout Sums, right: Sums) {
      left.report += right.report
      left.findings += right.findings
      left.classes += right.classes
      left.rightTokens += right.rightTokens
    }
  }

  /// The weighted sum of the means.
  func total(_ sums: Sums, _ count: Count) -> Double {
    func mean(_ sum: Double, _ count: Int) -> Double { count == 0 ? 0 : sum / Double(count) }
    return weights.report * mean(sums.report, count.targetTokens)
      + weights.findings * mean(sums.findings, count.findings)
      + weights.classes * mean(sums.classes, count.classes)
  }

  /// Computes the losses of a batch; on a recording tape this starts their gradients.
  func callAsFunction(
    _ output: JointModel.Output, _ studies: [EncodedStudy], count: Count, model: JointModel, _ tape: Tape
  ) throws -> Sums {
    var sums = Sums()
    if weights.report > 0, count.targetTokens > 0 {
      (sums.report, sums.rightTokens) = try report(output, studies, count.targetTokens, model, tape)
    }
    if weights.findings > 0, count.findings > 0, let logits = output.findingLogits {
      sums.findings = try findings(logits, studies, count.findings, tape)
    }
    if weights.classes > 0, count.classes > 0, let logits = output.classLogits {
      sums.classes = try classes(logits, studies, count.classes, tape)
    }
    return sums
  }

  /// The cross-entropy of the answers: row i predicts token i + 1, from the prompt's last row on.
  private func report(
    _ output: JointModel.Output, _ studies: [EncodedStudy], _ count: Int, _ model: JointModel, _ tape: Tape
  ) throws -> (sum: Double, right: Int) {
    var rows: [Int32] = []
    var targets: [Int32] = []
    for (study, sequence) in zip(studies, output.sequences) {
      for place in study.promptLength..<max(study.promptLength, study.tokens.count) {
        rows.append(Int32(sequence.lowerBound + place - 1))
        targets.append(Int32(study.tokens[place]))
      }
    }
    guard !rows.isEmpty else { return (0, 0) }
    let hidden = try tape.gatherRows(output.hidden, Tensor(indices: rows, on: tape.device))
    let result = try tape.linearCrossEntropy(
      hidden, weight: model.text.outputWeight, targets: Tensor(indices: targets, on: tape.device),
      factors: constant(Float(weights.report) / Float(count), rows.count, tape),
      smoothing: tape.isTraining ? labelSmoothing : 0)
    let predictions = try result.predictions.integerValues()
    return (Double(try result.losses.sum()), zip(predictions, targets).count { $0 == $1 })
  }

  private func findings(
    _ logits: Tensor, _ studies: [EncodedStudy], _ count: Int, _ tape: Tape
  ) throws -> Double {
    let stated = studies.flatMap(\.findings)
    let factor = Float(weights.findings) / Float(count)
    let losses = try tape.binaryCrossEntropy(
      logits, targets: Tensor(stated.map { $0 == true ? 1 : 0 }, logits.shape, on: tape.device),
      factors: Tensor(stated.map { $0 == nil ? 0 : factor }, logits.shape, on: tape.device)
    ).values()
    return zip(losses, stated).reduce(0) { $0 + ($1.1 == nil ? 0 : Double($1.0)) }
  }

  private func classes(
    _ logits: Tensor, _ studies: [EncodedStudy], _ count: Int, _ tape: Tape
  ) throws -> Double {
    let targets = studies.map { $0.classIndex.map(Int32.init) ?? -100 }
    let losses = try tape.crossEntropy(
      logits, targets: Tensor(indices: targets, on: tape.device),
      factors: constant(Float(weights.classes) / Float(count), targets.count, tape),
      smoothing: tape.isTraining ? labelSmoothing : 0)
    return Double(try losses.sum())
  }

  private func constant(_ value: Float, _ count: Int, _ tape: Tape) throws -> Tensor {
    try Tensor([Float](repeating: value, count: count), [count], on: tape.device)
  }
}
