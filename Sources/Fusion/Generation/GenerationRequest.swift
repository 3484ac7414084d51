import Tokenization

/// A text to be written: what stands before it, and how it goes on.
public struct GenerationRequest {
  /// One study: its prompt, and its images if it has any. Requests that share their `pixels` tensor share what was seen.
  public var study: StudyBatch
  public var options: GenerationOptions
  /// Keeps the answer inside a grammar.
  public var constraint: (any TokenConstraint)?

  public init(
    _ study: StudyBatch, _ options: GenerationOptions, constraint: (any TokenConstraint)? = nil
  ) {
    self.study = study
    self.options = options
    self.constraint = constraint
  }

  /// A prompt without images.
  public init(
    prompt: [Int], _ options: GenerationOptions, constraint: (any TokenConstraint)? = nil
  ) throws {
    self.init(
      try StudyBatch(tokens: [prompt], promptLengths: [prompt.count]), options, constraint: constraint)
  }
}

/// What was written for one request.
public struct Generation: Sendable {
  public var tokens: [Int] = []
  /// The probability of each chosen token among those allowed, before temperature and penalties.
  public var probabilities: [Double] = []
  /// Whether the answer ended by itself rather than at the limit.
  public var isComplete = false
  /// Whether the constraint kept the answer shorter than it would have been.
  public var isShortened = false
  public var findingLogits: [Float] = []
  public var classLogits: [Float] = []
}

/// What is to happen after a token.
public enum AfterToken: Sendable {
  case goOn
  /// This text is complete.
  case end
  /// No text is wanted any more.
  case endAll
}
