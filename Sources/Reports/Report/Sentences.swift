/// The sentences of a report text.
enum Sentences {
  /// Splits at full stops and semicolons of both languages; a point between digits is none. Spaces around, and empty
  /// sentences, are left out.
  static func split(_ text: String) -> [String] {
    var sentences: [String] = []
    var current: [Character] = []
    let characters = Array(text)
    for (index, character) in characters.enumerated() {
      let isPoint = character == "." && (index + 1 == characters.count || !characters[index + 1].isNumber)
      if isPoint || "。；;!！?？\n".contains(character) {
        append(current, to: &sentences)
        current = []
      } else {
        current.append(character)
      }
    }
    append(current, to: &sentences)
    return sentences
  }

  private static func append(_ characters: [Character], to sentences: inout [String]) {
    let trimmed = characters.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
    if !trimmed.isEmpty { sentences.append(String(trimmed)) }
  }
}
