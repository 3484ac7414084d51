import Groundwork
import Testing
import Tokenization

@Suite struct BPETrainerTests {
  private func corpus() throws -> [String] {
    let text = String(decoding: try File.read(Reference.path("corpus.txt")), as: UTF8.self)
    return text.split(separator: "\n").map { $0 + "\n" }
  }

  @Test func vocabularyIsThatOfTheReferenceLibrary() throws {
    let reference = try Reference.tokenizer("deepseek_v3")
    let trained = try BPETrainer(vocabularySize: 420, minimumCount: 0).train(on: corpus())
    #expect(trained.vocabularySize == 420)
    #expect((0..<420).allSatisfy { trained.bytes(of: $0) == reference.bytes(of: $0) })
    let expected = try #require(Reference.cases("deepseek_v3")["ids"]?.array)
    for (text, ids) in zip(try Reference.texts(), expected) {
      #expect(trained.encode(text, addSpecial: true) == ids.integers, "\(text.debugDescription)")
    }
  }

  @Test func trainedTokenizerKnowsItsControlTokens() throws {
    let trained = try BPETrainer(vocabularySize: 300).train(on: corpus())
    #expect([trained.beginToken, trained.endToken, trained.paddingToken] == [0, 1, 2])
    #expect(trained.encode("肺<think>", addSpecial: true).last == 5)
    #expect(trained.decode(trained.encode("双肺 clear\n", addSpecial: true)) == "双肺 clear\n")
  }

  @Test func littleTextGivesASmallVocabulary() throws {
    let trained = try BPETrainer(vocabularySize: 5000).train(on: ["abab abab", "xyz"])
    // "ab" occurs four times, "abab" twice, and everything else once.
    #expect(trained.vocabularySize == 7 + 256 + 2)
    #expect(trained.id(of: "abab") == 7 + 256 + 1)
  }

  @Test func impossibleVocabulariesAreRefused() {
    #expect(throws: TokenizationError.self) { try BPETrainer(vocabularySize: 262) }
    #expect(throws: TokenizationError.self) {
      try BPETrainer(vocabularySize: 500, controlTokens: ["a", "b", "a"])
    }
    #expect(throws: TokenizationError.self) { try BPETrainer(vocabularySize: 500, controlTokens: ["a"]) }
  }
}
