/// Follows a text byte by byte through a grammar and its rules.
public struct GrammarAutomaton<Rules: GrammarRules>: Sendable {
  /// Where in the grammar a text stands. A plain value: copied, compared and hashed.
  public struct State: Hashable, BitwiseCopyable, Sendable {
    var instruction: Int32 = 0
    /// Literal: bytes so far. Choice: node of the trie. Text: state of the class. Integer: digits so far.
    var place: Int32 = 0
    /// Text: characters so far. Integer: value so far.
    var length: Int32 = 0
    /// Items so far in each open array.
    var counts: SIMD4<UInt8> = .zero
    var memory: Rules.Memory
  }

  public let grammar: Grammar
  public let rules: Rules

  public init(grammar: Grammar, rules: Rules) {
    self.grammar = grammar
    self.rules = rules
  }

  public var start: State {
    var state = State(memory: rules.initial)
    enter(&state, 0)
    return state
  }

  /// Whether the text is complete.
  public func isComplete(_ state: State) -> Bool { grammar.instructions[Int(state.instruction)].kind == .end }

  /// Takes a byte. False, and the state is of no use any more, when the byte cannot come here.
  public func step(_ state: inout State, _ byte: UInt8) -> Bool {
    while true {
      let instruction = grammar.instructions[Int(state.instruction)]
      let index = Int(instruction.index)
      switch instruction.kind {
      case .literal:
        guard grammar.literals[index + Int(state.place)] == byte else { return false }
        state.place += 1
        if state.place == instruction.count { enter(&state, state.instruction + 1) }
        return true
      case .choice: return stepChoice(&state, byte, index)
      case .text: return stepText(&state, byte, index)
      case .integer:
        let range = grammar.ranges[index]
        if let value = Self.appending(byte, to: state, within: range) {
          state.length = value
          state.place += 1
          return true
        }
        // Any other byte belongs to what follows the integer.
        guard state.place > 0, range.contains(Int64(state.length)) else { return false }
        enter(&state, state.instruction + 1)
      case .open, .more: return stepArray(&state, byte, index, isFirst: instruction.kind == .open)
      case .end: return false
      }
    }
  }

  func enter(_ state: inout State, _ instruction: Int32) {
    state.instruction = instruction
    state.length = 0
    let entered = grammar.instructions[Int(instruction)]
    state.place = entered.kind == .choice ? grammar.choiceRoots[Int(entered.index)] : 0
  }

  private func stepChoice(_ state: inout State, _ byte: UInt8, _ index: Int) -> Bool {
    let allowed = rules.members(of: index, state.memory)
    var child = grammar.choiceNodes[Int(state.place)].firstChild
    while child >= 0 {
      let node = grammar.choiceNodes[Int(child)]
      if node.byte == byte {
        guard node.members & allowed != 0 else { return false }
        state.place = child
        if node.member >= 0 {
          rules.note(Int(node.member), of: index, &state.memory)
          enter(&state, state.instruction + 1)
        }
        return true
      }
      child = node.nextSibling
    }
    return false
  }

  private func stepText(_ state: inout State, _ byte: UInt8, _ index: Int) -> Bool {
    if state.place == TextClass.boundary {
      if byte == UInt8(ascii: "\"") {
        guard state.length > 0 else { return false }
        enter(&state, state.instruction + 1)
        return true
      }
      guard state.length < grammar.texts[index].limit, state.length > 0 || byte != UInt8(ascii: " ") else {
        return false
      }
    }
    let next = grammar.texts[index].textClass.next(state.place, byte)
    guard next != TextClass.refused else { return false }
    state.place = next
    if next == TextClass.boundary { state.length += 1 }
    return true
  }

  private func stepArray(_ state: inout State, _ byte: UInt8, _ index: Int, isFirst: Bool) -> Bool {
    let repetition = grammar.repetitions[index]
    let count = Int(state.counts[repetition.level])
    if byte == UInt8(ascii: "]") {
      guard count >= repetition.count.lowerBound else { return false }
      state.counts[repetition.level] = 0
      enter(&state, repetition.exit)
      return true
    }
    guard count < repetition.count.upperBound, rules.mayAdd(to: index, state.memory),
      isFirst || byte == UInt8(ascii: ",")
    else { return false }
    state.counts[repetition.level] += 1
    enter(&state, repetition.item)
    return isFirst ? step(&state, byte) : true
  }

  /// The value with one more digit; nil when the byte is no digit or no integer of the range starts so.
  private static func appending(_ byte: UInt8, to state: State, within range: ClosedRange<Int64>) -> Int32? {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), state.place == 0 || state.length > 0 else {
      return nil
    }
    let value = Int64(state.length) * 10 + Int64(byte - UInt8(ascii: "0"))
    var (low, high) = (value, value)
    while low <= range.upperBound {
      if high >= range.lowerBound { return Int32(value) }
      // No digit may follow a leading zero.
      if value == 0 { return nil }
      (low, high) = (low * 10, high * 10 + 9)
    }
    return nil
  }
}
