extension GrammarAutomaton {
  /// The shortest way to the end of the text from a state, as bytes: arrays closed as soon as they may be, the shortest
  /// members chosen, texts ended where they are, or given their default when they are empty.
  func closing(_ start: State) -> [UInt8] {
    var state = start
    var bytes: [UInt8] = []
    while !isComplete(state) {
      let more = closingPart(state)
      for byte in more {
        // A part that the automaton refuses would mean rules without a way to the end.
        guard step(&state, byte) else { return bytes }
      }
      bytes += more
    }
    return bytes
  }

  /// What follows up to the end of the instruction, or past it.
  private func closingPart(_ state: State) -> [UInt8] {
    let instruction = grammar.instructions[Int(state.instruction)]
    let index = Int(instruction.index)
    switch instruction.kind {
    case .literal:
      return Array(grammar.literals[index + Int(state.place)..<index + Int(instruction.count)])
    case .choice:
      let node = grammar.choiceNodes[Int(state.place)]
      let allowed = rules.members(of: index, state.memory) & node.members
      let members = grammar.choices[index].members
      let shortest = members.indices.filter { allowed & (1 << UInt128($0)) != 0 }
        .min { (members[$0].utf8.count, $0) < (members[$1].utf8.count, $1) }
      guard let shortest else { return [0] }
      return Array((Grammar.jsonText(members[shortest]) + "\"").utf8.dropFirst(Int(node.depth)))
    case .text:
      let text = grammar.texts[index]
      if state.place != TextClass.boundary { return [TextClass.leastByte(after: state.place)] }
      return (state.length > 0 ? [] : text.fallback) + [UInt8(ascii: "\"")]
    case .integer: return closingDigits(state, grammar.ranges[index])
    case .open, .more:
      let repetition = grammar.repetitions[index]
      if Int(state.counts[repetition.level]) >= repetition.count.lowerBound { return [UInt8(ascii: "]")] }
      if instruction.kind == .more { return [UInt8(ascii: ",")] }
      // The item's own first byte opens it.
      var opened = state
      opened.counts[repetition.level] += 1
      enter(&opened, repetition.item)
      return closingPart(opened)
    case .end: return []
    }
  }

  /// The fewest digits that make the integer one of the range, and the first byte behind it.
  private func closingDigits(_ state: State, _ range: ClosedRange<Int64>) -> [UInt8] {
    var after = state
    enter(&after, state.instruction + 1)
    if state.place == 0 { return Array(String(range.lowerBound).utf8) }
    var (low, high) = (Int64(state.length), Int64(state.length))
    var added = 0
    while high < range.lowerBound {
      (low, high, added) = (low * 10, high * 10 + 9, added + 1)
    }
    if added == 0 { return Array(closingPart(after).prefix(1)) }
    return Array(String(max(low, range.lowerBound)).utf8.suffix(added))
  }
}

extension GrammarAutomaton {
  /// No closing has more bytes than this, whatever the state: the longest one that starts at the beginning of an
  /// instruction with every array empty, and as much again as choices and characters may need beyond their shortest.
  var longestClosing: Int {
    var longest = 0
    for instruction in grammar.instructions.indices {
      var state = State(memory: rules.initial)
      enter(&state, Int32(instruction))
      longest = max(longest, closing(state).count)
    }
    let spread = grammar.choices.reduce(0) { sum, choice in
      let lengths = choice.members.map { Grammar.jsonText($0).utf8.count }
      return sum + (lengths.max() ?? 0) - (lengths.min() ?? 0)
    }
    let items = grammar.repetitions.reduce(1) { $0 + $1.count.lowerBound }
    return longest + spread * items + 4
  }
}
