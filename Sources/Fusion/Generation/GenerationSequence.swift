import Tensors
import Tokenization

/// A request at work: its tokens so far, and what may come next.
final class GenerationSequence {
  let number: Int
  let request: GenerationRequest
  /// The prompt and the answer.
  private(set) var tokens: [Int]
  var answer = Generation()
  /// What the study's images have become.
  var sight: VisualMemory?
  private var constraint: (any TokenConstraint)?
  private var sampler: TokenSampler
  /// What may come next, once that was asked for; kept until a token has come.
  private var mask: TokenMask?
  private let vocabularySize: Int

  init(_ number: Int, _ request: GenerationRequest, vocabularySize: Int) {
    self.number = number
    self.request = request
    self.vocabularySize = vocabularySize
    tokens = request.study.tokens[0]
    constraint = request.constraint
    sampler = TokenSampler(request.options, prompt: tokens)
  }

  var promptCount: Int { request.study.tokens[0].count }

  var isFull: Bool { answer.tokens.count >= request.options.maximumTokens }

  /// Whether the answer may end here.
  var mayEnd: Bool { constraint?.mayEnd ?? true }

  /// Chooses the next token; sets the logits of those that may not come to minus infinity.
  func choose(_ logits: UnsafeMutableBufferPointer<Float>) throws -> Int {
    if let mask = try allowed() { mask.exclude(from: logits) }
    let token = sampler.choose(UnsafeBufferPointer(logits), position: answer.tokens.count)
    // What may not come is minus infinity, and is chosen only where all else is no number.
    guard logits[token].isFinite else { throw FusionError.notFinite }
    return token
  }

  var isConstrained: Bool { constraint != nil }

  /// Writes a token that was chosen.
  func append(_ token: Int, probability: Double) throws {
    try constraint?.accept(token)
    answer.isShortened = constraint?.isShortened ?? false
    mask = nil
    sampler.append(token)
    tokens.append(token)
    answer.tokens.append(token)
    answer.probabilities.append(probability)
  }

  /// The only token that may come next; nil where there is a choice.
  func forcedToken() throws -> Int? {
    guard !isFull, let mask = try allowed(), let token = mask.only,
      !request.options.endTokens.contains(token)
    else { return nil }
    return token
  }

  private func allowed() throws -> TokenMask? {
    guard constraint != nil else { return nil }
    if let mask { return mask }
    var fresh = TokenMask(vocabularySize: vocabularySize)
    constraint?.allow(into: &fresh)
    if mayEnd { for token in request.options.endTokens { fresh.allow(token) } }
    guard !fresh.isEmpty else { throw FusionError.deadEnd(tokens: answer.tokens.count) }
    mask = fresh
    return fresh
  }
}
