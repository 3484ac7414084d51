public import Tokenization

/// Lets only such tokens through that the text stays one of the grammar, follows the rules, and is complete within a number of
/// tokens, whatever the model prefers.
///
/// The end is guaranteed so: from each state there is a shortest ending (see `GrammarAutomaton.closing`), and a token may come
/// only if the ending after it still fits the tokens that remain. Should no other token leave that much room, the ending is
/// written out as it is. The first ending fits because `init` refuses a smaller budget.
///
/// - Complexity: `allow` costs a union of bit sets inside texts, and elsewhere a walk through the few tokens that fit.
public struct GrammarConstraint<Rules: GrammarRules>: TokenConstraint, Sendable {
  public let automaton: GrammarAutomaton<Rules>
  public let vocabulary: GrammarVocabulary
  public private(set) var state: GrammarAutomaton<Rules>.State
  /// Tokens that may still be written.
  public private(set) var remaining: Int
  /// Tokens written.
  public private(set) var position = 0
  /// Whether the budget kept tokens from coming, so that the text may be shorter than the model would have it.
  public private(set) var isShortened = false

  /// The tokens of the ending that are still to be written, the next one last.
  private var ending: [Int] = []
  private var endingLengths: [GrammarAutomaton<Rules>.State: Int] = [:]
  /// No ending takes more tokens than this.
  private let longestEnding: Int

  /// `budget`: how many tokens the text may have, an end token not counted.
  ///
  /// Throws `ReportsError.budgetTooSmall` when not even the shortest text of the grammar fits.
  public init(
    automaton: GrammarAutomaton<Rules>, vocabulary: GrammarVocabulary, budget: Int
  ) throws(ReportsError) {
    self.automaton = automaton
    self.vocabulary = vocabulary
    remaining = budget
    state = automaton.start
    longestEnding = automaton.longestClosing
    let needed = endingLength(state)
    guard needed <= budget else { throw .budgetTooSmall(budget: budget, needed: needed) }
  }

  public var mayEnd: Bool { automaton.isComplete(state) }

  public mutating func accept(_ token: Int) throws(ReportsError) {
    let refusal = ReportsError.tokenNotAllowed(token: token, position: position)
    guard remaining > 0, vocabulary.bytes.indices.contains(token), !vocabulary.bytes[token].isEmpty else {
      throw refusal
    }
    if let next = ending.last {
      guard next == token else { throw refusal }
      ending.removeLast()
    }
    var next = state
    for byte in vocabulary.bytes[token] where !automaton.step(&next, byte) { throw refusal }
    state = next
    remaining -= 1
    position += 1
  }

  public mutating func allow(into mask: inout TokenMask) {
    if mayEnd { return }
    if let next = ending.last { return mask.allow(next) }
    let room = remaining - 1
    let isTight = room < longestEnding
    let instruction = automaton.grammar.instructions[Int(state.instruction)]
    if instruction.kind == .text {
      let text = automaton.grammar.texts[Int(instruction.index)]
      let parts = vocabulary.textMask(text, place: state.place, length: state.length)
      var inside = state
      (inside.place, inside.length) = (TextClass.boundary, 1)
      var closed = inside
      _ = automaton.step(&closed, UInt8(ascii: "\""))
      if !isTight || endingLength(inside) <= room {
        mask.formUnion(parts.whole)
      } else {
        isShortened = true
      }
      // Up to three bytes finish a character, and each of all the bytes may cost a token.
      if !isTight || automaton.closing(inside).count + 3 <= room { mask.formUnion(parts.broken) }
      if !isTight || endingLength(closed) <= room {
        for token in parts.closing.tokens.prefix(parts.closing.emptyCount) { mask.allow(Int(token)) }
      }
      allow(parts.closing, from: closed, room: isTight ? room : nil, into: &mask)
    } else {
      allow(vocabulary.trie, from: state, room: isTight ? room : nil, into: &mask)
    }
    if isTight, mask.isEmpty { steer(into: &mask) }
  }

  /// Adds the tokens of `trie` that the automaton lets through from `start`; with `room`, those whose ending fits it.
  private mutating func allow(
    _ trie: TokenTrie, from start: GrammarAutomaton<Rules>.State, room: Int?, into mask: inout TokenMask
  ) {
    let automaton = automaton
    trie.walk(from: start) { state, node in
      var next = state
      return automaton.step(&next, node.byte) ? next : nil
    } visit: { range, state in
      if let room, endingLength(state) > room {
        isShortened = true
        return
      }
      for token in trie.tokens[Int(range.lowerBound)..<Int(range.upperBound)] { mask.allow(Int(token)) }
    }
  }

  private mutating func steer(into mask: inout TokenMask) {
    ending = (vocabulary.tokens(writing: automaton.closing(state)) ?? []).reversed()
    if let next = ending.last { mask.allow(next) }
  }

  /// How many tokens the shortest ending takes.
  private mutating func endingLength(_ state: GrammarAutomaton<Rules>.State) -> Int {
    var key = state
    if automaton.grammar.instructions[Int(state.instruction)].kind == .text {
      key.length = min(1, key.length)
    }
    if let known = endingLengths[key] { return known }
    let length = vocabulary.tokens(writing: automaton.closing(state))?.count ?? Int.max
    endingLengths[key] = length
    return length
  }
}
