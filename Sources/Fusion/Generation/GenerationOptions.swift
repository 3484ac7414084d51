/// How tokens are chosen. The settings apply in the order in which they stand here; each of them may be left out.
public struct GenerationOptions: Sendable {
  /// The most tokens to write.
  public var maximumTokens: Int
  /// Above 1: tokens that the prompt or the answer has already are less likely, a positive logit divided by this, a negative
  /// one multiplied (Keskar et al. 2019).
  public var repetitionPenalty: Double = 1
  /// 0: always the likeliest token, whatever follows.
  public var temperature: Double
  /// Above 0: only the likeliest so many (Fan et al. 2018).
  public var topK = 0
  /// Only the fewest tokens that have this probability together (Holtzman et al. 2020).
  public var topP: Double = 1
  /// Only tokens with at least this share of the likeliest one's probability (Nguyen et al. 2024).
  public var minP: Double = 0
  /// The draw: the same seed takes the same tokens, whatever else is written at the same time.
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
