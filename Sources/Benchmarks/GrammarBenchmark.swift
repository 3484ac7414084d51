import Groundwork
import Reports
import Tokenization

/// Keeping what a model writes inside the grammar of reports: random choices among the tokens that a mask allows, as of a
/// model without sense.
public struct GrammarBenchmark {
  public struct Result: Sendable {
    /// Tokens of the vocabulary.
    public let vocabulary: Int
    /// Arranging the vocabulary for masks, once for a model.
    public let preparationSeconds: Double
    public let generations: Int
    /// Masks that were made: one for each token.
    public let masks: Int
    /// Masks that left one token.
    public let forced: Int
    public let meanSeconds: Double
    public let slowestSeconds: Double
    /// Generations that are a report's clinical part, whole and spelt as the program spells it.
    public let valid: Int
  }

  /// - Parameters:
  ///   - tokens: the bytes of each token; nil for those that stand for none.
  ///   - budget: the most tokens of a generation.
  public static func run(
    tokens: [[UInt8]?], generations: Int, budget: Int, seed: UInt64 = 0, onGeneration: () -> Void = {}
  ) throws -> Result {
    let start = monotonicSeconds()
    let vocabulary = try GrammarVocabulary(tokens: tokens)
    let preparation = monotonicSeconds() - start
    var (masks, forced, seconds, slowest, valid) = (0, 0, 0.0, 0.0, 0)
    var mask = TokenMask(vocabularySize: vocabulary.size)
    for generation in 0..<generations {
      var constraint = try ClinicalDraft.constraint(vocabulary: vocabulary, budget: budget)
      var generator = PhiloxGenerator(seed: seed, stream: UInt64(generation))
      var text: [UInt8] = []
      while !constraint.mayEnd {
        mask.forbidAll()
        let begin = monotonicSeconds()
        constraint.allow(into: &mask)
        let elapsed = monotonicSeconds() - begin
        (masks, seconds, slowest) = (masks + 1, seconds + elapsed, max(slowest, elapsed))
        guard let token = choice(of: mask, &generator, forced: &forced) else { break }
        try constraint.accept(token)
        text += tokens[token] ?? []
      }
      if let text = String(validating: text, as: UTF8.self), let draft = try? ClinicalDraft(parsing: text),
        draft.text == text
      {
        valid += 1
      }
      onGeneration()
    }
    return Result(
      vocabulary: vocabulary.size, preparationSeconds: preparation, generations: generations, masks: masks,
      forced: forced, meanSeconds: seconds / Double(max(1, masks)), slowestSeconds: slowest, valid: valid)
  }

  private static func choice(
    of mask: TokenMask, _ generator: inout PhiloxGenerator, forced: inout Int
  ) -> Int? {
    // Texts would hardly end if a quote were as rare as it is among all tokens.
    let quote = Int(UInt8(ascii: "\""))
    let start = Int.random(in: 0..<mask.vocabularySize, using: &generator)
    guard let token = mask.first(from: start) ?? mask.first(from: 0) else { return nil }
    if mask.first(from: token + 1) == nil, mask.first(from: 0) == token { forced += 1 }
    return generator.uniform() < 0.1 && mask.contains(quote) ? quote : token
  }

  /// A vocabulary as byte-level tokenizers have them: the bytes, then words of letters and of Chinese, with what JSON puts
  /// between them.
  public static func randomTokens(count: Int, seed: UInt64 = 1) -> [[UInt8]?] {
    var generator = PhiloxGenerator(seed: seed)
    let letters = Array("abcdefghijklmnopqrstuvwxyz     ,.;:-()0123456789\"\"[]{}\\")
    let characters = Array("左右肺上下中野胸腔积液见未明显异常心影增大膈面光滑纹理多考虑建议复查。，；")
    var words = Set<String>()
    var tokens: [[UInt8]?] = (UInt8.min...UInt8.max).map { [$0] }
    while tokens.count < count {
      let source = generator.uniform() < 0.3 ? characters : letters
      let length = Int.random(in: 2...9, using: &generator)
      let word = String((0..<length).map { _ in source[Int.random(in: 0..<source.count, using: &generator)] })
      if words.insert(word).inserted { tokens.append(Array(word.utf8)) }
    }
    return tokens
  }
}
