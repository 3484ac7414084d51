/// How fast a run goes, over the steps done last, and how long it will take.
public struct StepMeter: Sendable {
  private struct Sample {
    let seconds: Double
    let studies: Int
    let tokens: Int
  }

  private let window: Int
  private var samples: [Sample] = []

  /// `window`: steps that count.
  public init(window: Int = 50) { self.window = max(1, window) }

  /// Takes in a step: how long it took, and what it went through.
  public mutating func record(seconds: Double, studies: Int, tokens: Int) {
    if samples.count == window { samples.removeFirst() }
    samples.append(Sample(seconds: seconds, studies: studies, tokens: tokens))
  }

  private var seconds: Double { samples.reduce(0) { $0 + $1.seconds } }

  /// 0 before the first step.
  public var secondsPerStep: Double { samples.isEmpty ? 0 : seconds / Double(samples.count) }
  public var studiesPerSecond: Double { rate(samples.reduce(0) { $0 + $1.studies }) }
  public var tokensPerSecond: Double { rate(samples.reduce(0) { $0 + $1.tokens }) }

  /// Seconds until `steps` more are done; nil before the first.
  public func timeLeft(steps: Int) -> Double? {
    samples.isEmpty ? nil : secondsPerStep * Double(max(0, steps))
  }

  private func rate(_ count: Int) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
}
