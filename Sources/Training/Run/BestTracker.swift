public import Groundwork

/// Which evaluation was the best, and whether to stop waiting for a better one.
public struct BestTracker: Equatable, Sendable {
  public struct Verdict: Equatable, Sendable {
    /// The best so far; its checkpoint is worth keeping.
    public let isBest: Bool
    /// As many evaluations as patience allows were no better.
    public let shouldStop: Bool
  }

  public let lowerIsBetter: Bool
  /// Evaluations without a better one before stopping; 0: never stop.
  public let patience: Int
  public private(set) var best: Double?
  public private(set) var bestStep: Int?
  public private(set) var evaluationsSince = 0

  public init(lowerIsBetter: Bool, patience: Int) {
    self.lowerIsBetter = lowerIsBetter
    self.patience = patience
  }

  public init(_ recipe: Recipe.Evaluation) {
    self.init(lowerIsBetter: recipe.best.lowerIsBetter, patience: recipe.patience)
  }

  /// Takes in an evaluation. What is no number is never the best; an equal value is no better.
  public mutating func record(_ value: Double, step: Int) -> Verdict {
    let isBest = !value.isNaN && (best.map { lowerIsBetter ? value < $0 : value > $0 } ?? true)
    if isBest {
      best = value
      bestStep = step
      evaluationsSince = 0
    } else {
      evaluationsSince += 1
    }
    return Verdict(isBest: isBest, shouldStop: patience > 0 && evaluationsSince >= patience)
  }

  /// For a checkpoint. An infinite best is kept as null, and lost with its step.
  public var state: JSON {
    [
      "best": best.map { $0.isFinite ? .number($0) : .null } ?? .null,
      "best_step": bestStep.map(JSON.integer) ?? .null, "evaluations_since": .integer(evaluationsSince),
    ]
  }

  /// Goes on from a checkpoint.
  public mutating func restore(_ state: JSON) {
    best = state["best"]?.number
    bestStep = best == nil ? nil : state["best_step"]?.integer
    evaluationsSince = state["evaluations_since"]?.integer ?? 0
  }
}
