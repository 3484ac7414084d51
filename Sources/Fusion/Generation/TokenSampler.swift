internal import Glibc
import Groundwork

/// Chooses a token from logits, as the options of one sequence say.
struct TokenSampler {
  let options: GenerationOptions
  /// Tokens that the sequence has already; kept only where repetition costs something.
  private var seen: Set<Int>

  init(_ options: GenerationOptions, prompt: [Int]) {
    self.options = options
    seen = options.repetitionPenalty == 1 ? [] : Set(prompt)
  }

  /// Takes a token into account that was chosen.
  mutating func append(_ token: Int) {
    if options.repetitionPenalty != 1 { seen.insert(token) }
  }

  /// - Parameters:
  ///   - logits: of one row; minus infinity where a token must not come.
  ///   - position: how many tokens the answer has: it names the draw.
  func choose(_ logits: UnsafeBufferPointer<Float>, position: Int) -> Int {
    guard options.repetitionPenalty != 1 else { return pick(logits, position: position) }
    var changed = Array(logits)
    let penalty = Float(options.repetitionPenalty)
    for token in seen where changed.indices.contains(token) {
      changed[token] = changed[token] > 0 ? changed[token] / penalty : changed[token] * penalty
    }
    return changed.withUnsafeBufferPointer { pick($0, position: position) }
  }

  private func pick(_ logits: UnsafeBufferPointer<Float>, position: Int) -> Int {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    guard options.temperature > 0, logits.count > 0 else { return best }
    let least = threshold(logits, largest: logits[best])
    // Sampling by the Gumbel trick needs no sorted or normalised probabilities (Gumbel 1954).
    var random = PhiloxGenerator(seed: options.seed, stream: UInt64(position))
    var bestScore = -Double.infinity
    for index in logits.indices where logits[index] > -.infinity && logits[index] >= least {
      let score =
        Double(logits[index]) / options.temperature - log(-log(1 - random.uniform() * (1 - 0x1p-53)))
      if score > bestScore { (best, bestScore) = (index, score) }
    }
    return best
  }

  /// The logit that a token must have at least to stay in the draw; equals of the last one stay with it.
  private func threshold(_ logits: UnsafeBufferPointer<Float>, largest: Float) -> Float {
    var least = -Float.infinity
    if options.minP > 0 { least = max(least, largest + Float(options.temperature * log(options.minP))) }
    guard options.topK > 0 || options.topP < 1 else { return least }
    var sorted = logits.filter { $0 > -.infinity && $0 >= least }.sorted(by: >)
    if options.topK > 0, sorted.count > options.topK {
      least = sorted[options.topK - 1]
      sorted.removeAll { $0 < least }
    }
    guard options.topP < 1 else { return least }
    let weights = sorted.map { exp(Double($0 - largest) / options.temperature) }
    let wanted = weights.reduce(0, +) * options.topP
    var sum = 0.0
    for (logit, weight) in zip(sorted, weights) {
      sum += weight
      least = logit
      if sum >= wanted { break }
    }
    return least
  }
}
