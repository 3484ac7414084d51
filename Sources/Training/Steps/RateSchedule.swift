internal import Glibc

/// How the learning rates go over a run: a linear warm-up, then constant, linear or cosine decay to a floor.
///
/// The formulas are those of transformers' `get_constant_schedule_with_warmup`, `get_linear_schedule_with_warmup` and
/// `get_cosine_with_min_lr_schedule_with_warmup`; cosine after Loshchilov and Hutter, "SGDR", ICLR 2017.
public struct RateSchedule: Equatable, Sendable {
  public let kind: Recipe.Schedule.Kind
  /// Steps at whose end the highest rate is reached.
  public let warmupSteps: Int
  public let totalSteps: Int
  /// Fraction of the highest rate at the end of the run; of no effect on a constant schedule.
  public let floor: Double

  public init(kind: Recipe.Schedule.Kind, warmupSteps: Int, totalSteps: Int, floor: Double) {
    self.kind = kind
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
    self.floor = floor
  }

  public init(_ recipe: Recipe.Schedule, totalSteps: Int) {
    self.init(
      kind: recipe.kind, warmupSteps: Int((recipe.warmup * Double(totalSteps)).rounded()),
      totalSteps: totalSteps, floor: recipe.floor)
  }

  /// What the highest rate is multiplied by at a step. Steps of the optimizer count from 1, so that the first one moves and
  /// the last has the floor.
  public func factor(at step: Int) -> Double {
    if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
    let progress = min(1, Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps)))
    switch kind {
    case .constant: return 1
    case .linear:
      return floor + (1 - floor) * Double(max(0, totalSteps - step))
        / Double(max(1, totalSteps - warmupSteps))
    case .cosine: return floor + (1 - floor) * 0.5 * (1 + cos(.pi * progress))
    }
  }
}
