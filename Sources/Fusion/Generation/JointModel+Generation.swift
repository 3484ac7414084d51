import Tensors
import Tokenization

extension JointModel {
  /// Writes the texts of all requests, up to `places` of them at once, word by word with a key/value cache.
  ///
  /// - Parameter onToken: called with (place of the request, token) as each token has been written.
  public func generate(
    _ requests: [GenerationRequest], places: Int = 16,
    onToken: (Int, Int) throws -> AfterToken = { _, _ in .goOn }
  ) throws -> [Generation] {
    let longest = requests.map { ($0.study.tokens.first?.count ?? 0) + $0.options.maximumTokens }.max() ?? 0
    let engine = try GenerationEngine(
      self, places: min(places, requests.count), capacity: min(longest, configuration.text.contextLength))
    let numbers = try requests.map { try engine.add($0) }
    while !engine.isIdle { try engine.step(onToken) }
    return numbers.map { engine.take($0) ?? Generation() }
  }

  /// An answer for each study of a batch, under the same options.
  ///
  /// - Parameter constraints: one for each study, or empty; each keeps its answer inside a grammar.
  public func generate(
    _ batch: StudyBatch, _ options: GenerationOptions, constraints: [any TokenConstraint] = [],
    places: Int = 16, onToken: (Int, Int) throws -> AfterToken = { _, _ in .goOn }
  ) throws -> [Generation] {
    let requests = try (0..<batch.studyCount).map { index in
      GenerationRequest(
        try batch.study(index), options,
        constraint: constraints.indices.contains(index) ? constraints[index] : nil)
    }
    return try generate(requests, places: places, onToken: onToken)
  }
}
