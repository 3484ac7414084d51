import Groundwork
import Tokenization

@testable import Reports

/// A model without sense: it takes any allowed token, as a seed has it.
enum RandomWriter {
  /// The 256 bytes, then pieces of drafts and words, as byte-level vocabularies have them; the last id is special.
  static func tokens(pieces: [String]) -> [[UInt8]?] {
    var tokens: [[UInt8]?] = (0...255).map { [UInt8($0)] }
    tokens += pieces.map { Array($0.utf8) }
    return tokens + [nil]
  }

  static let pieces: [String] = [
    "{\"", "\":\"", "\",\"", "\"}", "\"}],\"", "\":[", "[{\"", "findings", "code", "presence", "present",
    "lat",
    "erality", "left", "right", "none", "\":\"none\",\"", "},{", "pleural_", "effusion", "impression", "zh",
    "en",
    "\"}],\"differential\":[\"", "J1", "8.9", "J90\"", "胸腔", "积液", "。", "。\",\"en\":\"", "No ", "effusion.",
    " the", " ", "  ", "severe\"}", "urgency\":\"", "routine\"}", "within", "P1W", "肺", "é", "\\\"", "\\",
    "\n",
    "a\"b", "{\"findings\":[],\"impression\":[{\"zh\":\"", "\"},{\"zh\":\"",
    "\"],\"recommendation\":[],\"urgency",
    ".\"}],\"differential\":[],\"recommendation\":[{\"zh\":\"",
  ]

  /// A vocabulary of `size` tokens: pieces of drafts, and random runs of letters, Chinese and punctuation.
  static func tokens(size: Int, seed: UInt64) -> [[UInt8]?] {
    var generator = PhiloxGenerator(seed: seed)
    let letters = Array("abcdefghijklmnopqrstuvwxyz     ,.;:-()0123456789\"\"[]{}\\")
    let characters = Array("左右肺上下中野胸腔积液见未明显异常心影增大膈面光滑纹理多考虑建议复查。，；")
    var seen = Set(pieces)
    var all = pieces
    while all.count < size - 257 {
      let source = generator.uniform() < 0.3 ? characters : letters
      let word = String(
        (0..<Int.random(in: 2...9, using: &generator)).map { _ in
          source[Int.random(in: 0..<source.count, using: &generator)]
        })
      if seen.insert(word).inserted { all.append(word) }
    }
    return tokens(pieces: all)
  }

  struct Outcome {
    var text: [UInt8] = []
    var tokens = 0
    var isShortened = false
  }

  /// Writes until the constraint lets no more come. `eagerness`: how much more likely tokens are that hold a quote.
  static func write<Rules>(
    _ constraint: GrammarConstraint<Rules>, seed: UInt64, eagerness: Double = 1
  ) throws -> Outcome {
    var constraint = constraint
    var generator = PhiloxGenerator(seed: seed, stream: 1)
    var outcome = Outcome()
    while !constraint.mayEnd {
      var mask = TokenMask(vocabularySize: constraint.vocabulary.size)
      constraint.allow(into: &mask)
      var best: (token: Int, score: Double)?
      mask.forEach { token in
        let isQuoted = constraint.vocabulary.bytes[token].contains(UInt8(ascii: "\""))
        let score = generator.uniform() * (isQuoted ? eagerness : 1)
        if score > best?.score ?? -1 { best = (token, score) }
      }
      guard let best else { throw Stuck(after: outcome.tokens) }
      try constraint.accept(best.token)
      outcome.text += constraint.vocabulary.bytes[best.token]
      outcome.tokens += 1
    }
    outcome.isShortened = constraint.isShortened
    return outcome
  }

  struct Stuck: Error { let after: Int }
}
