import Groundwork
import Testing

@testable import Evaluation

@Suite struct TextMetricsTests {
  static let corpora = Result { try Fixtures.metrics().member("texts").array ?? [] }

  @Test func tokensAreThoseOfThePublicScorer() throws {
    var texts = 0
    for corpus in try Self.corpora.get() {
      let tokens = try #require(TextTokens(rawValue: corpus["tokens"]?.string ?? ""))
      let expected = try #require(corpus["split"]?.array)
      for (text, words) in zip(try corpus.texts("candidates"), expected) {
        #expect(tokens.split(text) == words.array?.compactMap(\.string), "\(text)")
        texts += 1
      }
    }
    #expect(texts > 80)
  }

  @Test func corpusScoresOfEveryOrderAgreeWithThePublicScorer() throws {
    for corpus in try Self.corpora.get() {
      let tokens = try #require(TextTokens(rawValue: corpus["tokens"]?.string ?? ""))
      let candidates = try corpus.texts("candidates")
      let references = try #require(corpus["references"]?.array).map {
        ($0.array ?? []).compactMap(\.string)
      }
      let scores = (1...4).map {
        BLEU.corpus(candidates, references: references, tokens: tokens, order: $0).score
      }
      #expect(near(scores, try corpus.numbers("scores")))
      let whole = BLEU.corpus(candidates, references: references, tokens: tokens)
      #expect(near(whole.precisions, try corpus.numbers("precisions")))
      #expect(near(whole.brevityPenalty, try #require(corpus["brevity"]?.number)))
      #expect(whole.statistics.matches.map(Double.init) == (try corpus.numbers("counts")))
      #expect(whole.statistics.totals.map(Double.init) == (try corpus.numbers("totals")))
      let lengths = [whole.statistics.candidateLength, whole.statistics.referenceLength]
      #expect(lengths.map(Double.init) == (try corpus.numbers("lengths")))
      let sentences = zip(candidates, references).map {
        BLEU.sentence($0, references: $1, tokens: tokens).score
      }
      #expect(near(sentences, try corpus.numbers("sentences")))
    }
  }

  @Test func recallScoresAgreeWithThePublicScorer() throws {
    for corpus in try Self.corpora.get() {
      let tokens: TextTokens = corpus["tokens"] == "zh" ? .characters : .words
      let references = try #require(corpus["references"]?.array)
      let expected = try #require(corpus["rouge"]?.array)
      for (index, candidate) in try corpus.texts("candidates").enumerated() {
        let ours = tokens.split(candidate)
        let theirs = tokens.split(references[index].array?.first?.string ?? "")
        let scores = [
          ROUGE.ngrams(ours, reference: theirs, length: 1), ROUGE.ngrams(ours, reference: theirs, length: 2),
          ROUGE.longestCommonSubsequence(ours, reference: theirs),
        ]
        for (score, row) in zip(scores, expected[index].array ?? []) {
          let values = (row.array ?? []).compactMap(\.number)
          #expect(near([score.precision, score.recall, score.f1], values), "\(candidate)")
        }
      }
    }
  }

  @Test func sameTextsInChineseScoreFullMarksWhereWordsWouldScoreNone() {
    let text = "右下肺见斑片状高密度影。"
    #expect(near(BLEU.sentence(text, references: [text], tokens: .chinese).score, 100))
    let characters = TextTokens.characters.split(text)
    #expect(ROUGE.longestCommonSubsequence(characters, reference: characters).f1 == 1)
    let words = TextTokens.words.split(text)
    #expect(ROUGE.longestCommonSubsequence(words, reference: words).f1 == 0)
  }

  @Test func mixedTokensAreWordsAndCharacters() {
    #expect(TextTokens.mixed.split("CT 示 3.5cm 结节, Mass!") == ["ct", "示", "3", "5cm", "结", "节", "mass"])
  }
}
