import Foundation
import Testing

@testable import Fusion

struct TokenSamplerTests {
  private func draws(
    _ logits: [Float], prompt: [Int] = [], count: Int = 20000, _ change: (inout GenerationOptions) -> Void
  ) -> [Int: Double] {
    var options = GenerationOptions(maximumTokens: 1, temperature: 1, seed: 11, endTokens: [])
    change(&options)
    let sampler = TokenSampler(options, prompt: prompt)
    var counts: [Int: Double] = [:]
    logits.withUnsafeBufferPointer { row in
      for position in 0..<count {
        counts[sampler.choose(row, position: position), default: 0] += 1 / Double(count)
      }
    }
    return counts
  }

  private let shares: [Double] = [0.05, 0.4, 0.3, 0.2, 0.05]
  private var logits: [Float] { shares.map { Float(log($0)) + 3 } }

  private func expect(_ found: [Int: Double], _ shares: [Int: Double]) {
    #expect(Set(found.keys) == Set(shares.keys))
    for (token, share) in shares { #expect(abs((found[token] ?? 0) - share) < 0.015, "token \(token)") }
  }

  @Test func temperatureZeroTakesTheLikeliest() {
    expect(draws(logits, count: 5) { $0.temperature = 0 }, [1: 1])
  }

  @Test func drawsFollowTheProbabilities() {
    expect(draws(logits) { _ in }, [0: 0.05, 1: 0.4, 2: 0.3, 3: 0.2, 4: 0.05])
    let flat = shares.map { $0.squareRoot() }
    let total = flat.reduce(0, +)
    expect(
      draws(logits) { $0.temperature = 2 },
      Dictionary(uniqueKeysWithValues: flat.enumerated().map { ($0, $1 / total) }))
  }

  @Test func topKKeepsTheLikeliestSoMany() {
    expect(draws(logits) { $0.topK = 2 }, [1: 4.0 / 7, 2: 3.0 / 7])
    expect(draws(logits, count: 5) { $0.topK = 1 }, [1: 1])
  }

  @Test func topPKeepsTheFewestWithTheProbability() {
    expect(draws(logits) { $0.topP = 0.65 }, [1: 4.0 / 7, 2: 3.0 / 7])
    expect(draws(logits) { $0.topP = 0.85 }, [1: 4.0 / 9, 2: 3.0 / 9, 3: 2.0 / 9])
    expect(draws(logits, count: 5) { $0.topP = 0.01 }, [1: 1])
  }

  @Test func minPKeepsAShareOfTheLikeliest() {
    expect(draws(logits) { $0.minP = 0.45 }, [1: 4.0 / 9, 2: 3.0 / 9, 3: 2.0 / 9])
  }

  @Test func whatIsExcludedNeverComes() {
    var masked = logits
    masked[1] = -.infinity
    expect(draws(masked) { $0.topK = 2 }, [2: 0.6, 3: 0.4])
  }

  @Test func repetitionCosts() {
    expect(
      draws([2, 1.9, -1], prompt: [0, 7], count: 5) { ($0.repetitionPenalty, $0.temperature) = (1.2, 0) },
      [1: 1])
    // A negative logit becomes more so.
    expect(
      draws([-1, -1.1], prompt: [0], count: 5) { ($0.repetitionPenalty, $0.temperature) = (1.2, 0) }, [1: 1])
  }

  @Test func aStopStringEndsTheTextEvenInPieces() {
    var stops = StopStrings(["结束", "END"])
    #expect(stops.append("a E") == "a ")
    #expect(stops.append("N") == "")
    #expect(stops.append("x") == "ENx")
    #expect(stops.append("好结") == "好")
    #expect(stops.append("束 more") == "" && stops.hasStopped)
    #expect(stops.append("x") == "" && stops.finish() == "")
    var none = StopStrings([""])
    #expect(none.append("abc") == "abc" && !none.hasStopped)
    var open = StopStrings(["END"])
    #expect(open.append("the E") + open.finish() == "the E")
  }
}
