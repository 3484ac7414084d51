/// What a run tells whoever watches it.
public enum TrainingEvent: Sendable {
  public struct Start: Sendable {
    public let parameters: Int
    public let trainedParameters: Int
    /// Elements, and the highest rate, of each part of the model; a rate of 0 is a frozen part.
    public let parts: [(part: ModelPart, elements: Int, rate: Double)]
    public let trainingStudies: Int
    public let validationStudies: Int
    public let totalSteps: Int
    /// Steps done before, by an interrupted run.
    public let stepsDone: Int
    public let vocabulary: Int
  }

  public struct Progress: Sendable {
    public let record: MetricRecord
    public let totalSteps: Int
    public let tokensPerSecond: Double
    public let imagesPerSecond: Double
    public let secondsLeft: Double?
  }

  case started(Start)
  case step(Progress)
  /// Evaluating: studies done, of how many.
  case evaluating(done: Int, total: Int)
  case evaluated(MetricRecord, isBest: Bool)
  /// The best checkpoint was measured on so many studies of the test split.
  case tested(MetricRecord, studies: Int)
  case saved(path: String)
  /// Something that a person should know; the run goes on.
  case warning(String)
}

/// How a run ended.
public struct TrainingSummary: Sendable {
  public let stepsDone: Int
  public let bestStep: Int?
  /// The value of the recipe's measure at the best evaluation.
  public let best: Double?
  public let stoppedEarly: Bool
  public let seconds: Double
}
