internal import Glibc
import DeepSeek
import Groundwork
import Tensors
import Tokenization

/// How tokens are chosen.
public struct GenerationOptions: Sendable {
  /// The most tokens to write.
  public var maximumTokens: Int
  /// 0: always the likeliest token.
  public var temperature: Double
  public var seed: UInt64
  /// Tokens that end the answer.
  public var endTokens: Set<Int>

  public init(maximumTokens: Int, temperature: Double = 0, seed: UInt64 = 0, endTokens: Set<Int>) {
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.seed = seed
    self.endTokens = endTokens
  }
}

/// What was written for one study.
public struct Generation: Sendable {
  public var tokens: [Int] = []
  /// The probability of each chosen token among those allowed.
  public var probabilities: [Double] = []
  /// Whether the answer ended by itself rather than at the limit.
  public var isComplete = false
  public var findingLogits: [Float] = []
  public var classLogits: [Float] = []
}

extension JointModel {
  /// Answers for each prompt of a batch, word by word with a key/value cache; images are encoded once.
  ///
  /// - Parameters:
  ///   - constraints: one for each study, or empty; each keeps its answer inside a grammar.
  ///   - onToken: called with (study, token) as each token is chosen; false stops all.
  public func generate(
    _ batch: StudyBatch, _ options: GenerationOptions, constraints: [any TokenConstraint] = [],
    onToken: (Int, Int) throws -> Bool = { _, _ in true }
  ) throws -> [Generation] {
    try text.check(batch.tokens)
    let tape = Tape(inference: device)
    let longest = batch.tokens.map(\.count).max() ?? 0
    let capacity = min(configuration.text.contextLength, longest + options.maximumTokens)
    let cache = try KeyValueCache(
      configuration.text, sequences: batch.studyCount, capacity: capacity, on: device)
    let memory = try see(batch, tape)
    let context = try memory.map { try self.context($0, tape) }
    let prompts = try TokenBatch(batch.tokens, on: device)
    let hidden = try read(prompts, memory, context: context, cache: cache, tape)
    var answers = try begin(hidden, prompts, memory, tape)
    var writer = AnswerWriter(
      options, constraints: constraints, vocabulary: configuration.text.vocabularySize)

    // A model that only classifies is asked for no token at all.
    var active = options.maximumTokens > 0 ? Array(batch.tokens.indices) : []
    var last = try tape.gatherRows(
      hidden, Tensor(indices: prompts.sequences.map { Int32($0.upperBound - 1) }, on: device))
    while !active.isEmpty {
      let logits = try text.logits(last, tape).values()
      var next: [[Int]] = batch.tokens.map { _ in [] }
      for (row, study) in active.enumerated() {
        let start = row * configuration.text.vocabularySize
        let choice = try writer.choose(
          Array(logits[start..<start + configuration.text.vocabularySize]), study: study,
          count: answers[study].tokens.count)
        if options.endTokens.contains(choice.token) {
          answers[study].isComplete = true
          continue
        }
        answers[study].tokens.append(choice.token)
        answers[study].probabilities.append(choice.probability)
        guard try onToken(study, choice.token) else { return answers }
        let isFull = answers[study].tokens.count >= options.maximumTokens || cache.lengths[study] >= capacity
        if isFull {
          answers[study].isComplete = writer.mayEnd(study)
        } else {
          next[study] = [choice.token]
        }
      }
      active = next.indices.filter { !next[$0].isEmpty }
      guard !active.isEmpty else { break }
      let step = try TokenBatch(next, startingAt: cache.lengths, on: device)
      last = try read(step, memory, context: context, cache: cache, tape)
    }
    return answers
  }

  private func begin(
    _ hidden: Tensor, _ prompts: TokenBatch, _ memory: VisualMemory?, _ tape: Tape
  ) throws -> [Generation] {
    let logits = try classify(hidden, prompts.sequences, memory, tape)
    let findings = try logits.findings?.values() ?? []
    let classes = try logits.classes?.values() ?? []
    let studies = prompts.sequences.count
    return (0..<studies).map { study in
      var answer = Generation()
      let findingCount = findings.count / studies
      let classCount = classes.count / studies
      answer.findingLogits = Array(findings[study * findingCount..<(study + 1) * findingCount])
      answer.classLogits = Array(classes[study * classCount..<(study + 1) * classCount])
      return answer
    }
  }
}

/// Chooses tokens from logits, inside each study's grammar.
private struct AnswerWriter {
  private let options: GenerationOptions
  private var constraints: [any TokenConstraint]
  private var mask: TokenMask

  init(_ options: GenerationOptions, constraints: [any TokenConstraint], vocabulary: Int) {
    self.options = options
    self.constraints = constraints
    mask = TokenMask(vocabularySize: vocabulary)
  }

  func mayEnd(_ study: Int) -> Bool { constraints.indices.contains(study) ? constraints[study].mayEnd : true }

  mutating func choose(_ logits: [Float], study: Int, count: Int) throws -> (token: Int, probability: Double)
  {
    var logits = logits
    let isConstrained = constraints.indices.contains(study)
    if isConstrained {
      mask.forbidAll()
      constraints[study].allow(into: &mask)
      if constraints[study].mayEnd {
        for token in options.endTokens { mask.allow(token) }
      }
      guard !mask.isEmpty else { throw FusionError.deadEnd(tokens: count) }
      logits.withUnsafeMutableBufferPointer { mask.exclude(from: $0) }
    }
    let token = pick(logits, study: study, count: count)
    let largest = logits.max() ?? 0
    let total = logits.reduce(0.0) { $0 + exp(Double($1 - largest)) }
    if isConstrained, !options.endTokens.contains(token) { try constraints[study].accept(token) }
    return (token, exp(Double(logits[token] - largest)) / total)
  }

  private func pick(_ logits: [Float], study: Int, count: Int) -> Int {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    guard options.temperature > 0 else { return best }
    // Sampling by the Gumbel trick needs no sorted or normalised probabilities (Gumbel 1954).
    var random = PhiloxGenerator(seed: options.seed, stream: UInt64(study) << 32 | UInt64(count))
    var bestScore = -Double.infinity
    for index in logits.indices where logits[index] > -.infinity {
      let score =
        Double(logits[index]) / options.temperature - log(-log(1 - random.uniform() * (1 - 0x1p-53)))
      if score > bestScore { (best, bestScore) = (index, score) }
    }
    return best
  }
}
