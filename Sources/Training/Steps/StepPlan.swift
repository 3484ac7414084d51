internal import Synchronization

/// One step of the optimizer.
public struct PlannedStep: Equatable, Sendable {
  /// From 1.
  public let number: Int
  /// From 0.
  public let epoch: Int
  /// Epochs done when the step is, with their fraction.
  public let epochsDone: Double
  /// The last step of its epoch, or of the run.
  public let endsEpoch: Bool
  /// The studies of each batch whose gradients are summed, as indices into the training split.
  public let batches: [[Int]]

  public var studies: Int { batches.reduce(0) { $0 + $1.count } }
}

/// Which studies make which step, for a whole run: any step can be asked for, so that the number of the last step done is
/// all that a resumed run needs to know.
public final class StepPlan: Sendable {
  public let studies: Int
  public let totalSteps: Int
  private let seed: UInt64
  private let batch: Int
  private let tokenBudget: (tokens: Int, lengths: [Int])?
  private let accumulate: Int
  /// The number of the first step of each epoch, and one past the last of the run; empty where all epochs are alike.
  private let starts: [Int]
  private let stepsPerEpoch: Int
  /// Batches of the epoch asked for last.
  private let latest = Mutex<(epoch: Int, batches: [[Int]])?>(nil)

  /// `lengths`: tokens of each training study; needed only with a token budget, `batch_tokens`.
  public init(studies: Int, lengths: [Int] = [], training: Recipe.Training, seed: UInt64) {
    self.studies = studies
    self.seed = seed
    batch = training.batch
    accumulate = training.accumulate
    tokenBudget = training.batchTokens.flatMap { lengths.count == studies ? ($0, lengths) : nil }
    guard let tokenBudget, studies > 0 else {
      starts = []
      let batches = (studies + batch - 1) / batch
      stepsPerEpoch = (batches + accumulate - 1) / accumulate
      totalSteps = studies == 0 ? 0 : training.steps ?? stepsPerEpoch * training.epochs
      return
    }
    // How many batches the budget makes depends on the order, and so on the epoch.
    stepsPerEpoch = 0
    let limit = training.steps.map { $0 + 1 } ?? Int.max
    var starts = [1]
    while starts[starts.count - 1] < limit, training.steps != nil || starts.count <= training.epochs {
      let batches = Self.batches(starts.count - 1, studies, seed, batch, tokenBudget).count
      starts.append(min(limit, starts[starts.count - 1] + (batches + accumulate - 1) / accumulate))
    }
    self.starts = starts
    totalSteps = starts[starts.count - 1] - 1
  }

  /// The epoch of a step within the run, and the numbers of the epoch's first step and of the one after its last.
  private func epoch(of number: Int) -> (epoch: Int, first: Int, end: Int) {
    guard !starts.isEmpty else {
      let epoch = (number - 1) / stepsPerEpoch
      let first = epoch * stepsPerEpoch + 1
      return (epoch, first, min(first + stepsPerEpoch, totalSteps + 1))
    }
    var low = 0
    var high = starts.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    return (low, starts[low], starts[low + 1])
  }

  /// The step of a number from 1; nil beyond the run.
  public func step(_ number: Int) -> PlannedStep? {
    guard number >= 1, number <= totalSteps else { return nil }
    let (epoch, firstNumber, end) = epoch(of: number)
    let batches = batches(of: epoch)
    let first = (number - firstNumber) * accumulate
    let last = min(batches.count, first + accumulate)
    return PlannedStep(
      number: number, epoch: epoch, epochsDone: Double(epoch) + Double(last) / Double(batches.count),
      endsEpoch: number + 1 == end, batches: Array(batches[first..<last]))
  }

  private func batches(of epoch: Int) -> [[Int]] {
    latest.withLock { latest in
      if let latest, latest.epoch == epoch { return latest.batches }
      let batches = Self.batches(epoch, studies, seed, batch, tokenBudget)
      latest = (epoch, batches)
      return batches
    }
  }

  /// Cuts the epoch's order where a batch has its count of studies, or the next study would exceed its tokens. A study that
  /// exceeds them alone is a batch alone.
  private static func batches(
    _ epoch: Int, _ studies: Int, _ seed: UInt64, _ count: Int, _ budget: (tokens: Int, lengths: [Int])?
  ) -> [[Int]] {
    var batches: [[Int]] = []
    var current: [Int] = []
    var tokens = 0
    for study in EpochOrder.shuffled(count: studies, seed: seed, epoch: epoch) {
      let length = budget?.lengths[study] ?? 0
      let isFull = current.count == count || budget.map { tokens + length > $0.tokens } ?? false
      if isFull, !current.isEmpty {
        batches.append(current)
        current = []
        tokens = 0
      }
      current.append(study)
      tokens += length
    }
    if !current.isEmpty { batches.append(current) }
    return batches
  }
}
