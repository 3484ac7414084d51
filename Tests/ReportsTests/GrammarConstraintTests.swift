import Groundwork
import Testing
import Tokenization

@testable import Reports

@Suite struct GrammarConstraintTests {
  static let vocabulary = Result {
    try GrammarVocabulary(tokens: RandomWriter.tokens(pieces: RandomWriter.pieces))
  }

  @Test(arguments: 0..<400)
  func randomTokensGiveAConsistentDraftWithinTheBudget(seed: Int) throws {
    let budget = 67 + seed * 7 % 900
    let constraint = try ClinicalDraft.constraint(vocabulary: Self.vocabulary.get(), budget: budget)
    let outcome = try RandomWriter.write(
      constraint, seed: UInt64(seed), eagerness: [1, 3, 30, 300][seed % 4])
    #expect(outcome.tokens <= budget)
    let text = try #require(String(validating: outcome.text, as: UTF8.self))
    let draft = try ClinicalDraft(parsing: text)
    #expect(draft.text == text)
  }

  @Test func theBudgetShortensOnlyWhenItRunsOut() throws {
    var shortened = 0
    for seed in 0..<40 {
      let constraint = try ClinicalDraft.constraint(vocabulary: Self.vocabulary.get(), budget: 20_000)
      shortened += try RandomWriter.write(constraint, seed: UInt64(seed), eagerness: 3).isShortened ? 1 : 0
    }
    #expect(shortened == 0)
    let tight = try ClinicalDraft.constraint(vocabulary: Self.vocabulary.get(), budget: 80)
    #expect(try RandomWriter.write(tight, seed: 1, eagerness: 0.01).isShortened)
  }

  @Test func theLeastBudgetIsEnoughAndOneLessIsRefused() throws {
    let vocabulary = try Self.vocabulary.get()
    var least = 0
    do {
      _ = try ClinicalDraft.constraint(vocabulary: vocabulary, budget: 1)
    } catch .budgetTooSmall(_, let needed) {
      least = needed
    }
    #expect(least > 1)
    #expect(throws: ReportsError.budgetTooSmall(budget: least - 1, needed: least)) {
      try ClinicalDraft.constraint(vocabulary: vocabulary, budget: least - 1)
    }
    for seed in 0..<20 {
      let constraint = try ClinicalDraft.constraint(vocabulary: vocabulary, budget: least)
      let outcome = try RandomWriter.write(constraint, seed: UInt64(seed))
      _ = try ClinicalDraft(parsing: String(decoding: outcome.text, as: UTF8.self))
    }
  }

  /// The mask against the definition: a token is allowed when the automaton takes its bytes.
  @Test(arguments: 0..<4)
  func theMaskHoldsExactlyTheTokensThatTheAutomatonTakes(seed: Int) throws {
    let vocabulary = try Self.vocabulary.get()
    var constraint = try ClinicalDraft.constraint(vocabulary: vocabulary, budget: 100_000)
    var generator = PhiloxGenerator(seed: UInt64(seed))
    while !constraint.mayEnd {
      var mask = TokenMask(vocabularySize: vocabulary.size)
      constraint.allow(into: &mask)
      for token in 0..<vocabulary.size {
        var state = constraint.state
        let isTaken =
          !vocabulary.bytes[token].isEmpty
          && vocabulary.bytes[token].allSatisfy { constraint.automaton.step(&state, $0) }
        #expect(mask.contains(token) == isTaken, "token \(token) after \(constraint.position)")
      }
      var allowed: [Int] = []
      mask.forEach { allowed.append($0) }
      let closing = allowed.filter { vocabulary.bytes[$0].contains(UInt8(ascii: "\"")) }
      let likely = closing.isEmpty || generator.uniform() < 0.5 ? allowed : closing
      try constraint.accept(likely[Int.random(in: 0..<likely.count, using: &generator)])
    }
  }

  @Test func aTokenOutsideTheMaskIsRefused() throws {
    var constraint = try ClinicalDraft.constraint(vocabulary: Self.vocabulary.get(), budget: 200)
    #expect(throws: ReportsError.tokenNotAllowed(token: 97, position: 0)) { try constraint.accept(97) }
    #expect(throws: ReportsError.self) { try constraint.accept(-1) }
    #expect(throws: ReportsError.self) { try constraint.accept(Self.vocabulary.get().size - 1) }
    try constraint.accept(Int(UInt8(ascii: "{")))
    #expect(constraint.position == 1)
  }

  @Test func aVocabularyWithoutSingleBytesIsRefused() {
    #expect(throws: ReportsError.vocabularyLacksByte(0x20)) {
      try GrammarVocabulary(tokens: [Array("{\"findings\"".utf8), nil])
    }
  }

  @Test func onceCriticalTheUrgencyHasNoOtherWord() throws {
    var constraint = try ClinicalDraft.constraint(vocabulary: Self.vocabulary.get(), budget: 2000)
    let start =
      #"{"findings":[{"code":"pleural_effusion","presence":"present","laterality":"left","location":"none","#
      + #""severity":"severe"}],"impression":[{"zh":"大量积液","en":"Large"}],"differential":[],"#
      + #""recommendation":[],"urgency":""#
    for byte in start.utf8 { try constraint.accept(Int(byte)) }
    var mask = TokenMask(vocabularySize: constraint.vocabulary.size)
    constraint.allow(into: &mask)
    var allowed: [Int] = []
    mask.forEach { allowed.append($0) }
    #expect(allowed == [Int(UInt8(ascii: "c"))])
  }
}
