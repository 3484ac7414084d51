/// The candidate nearest to a misspelt word, for "did you mean"; nil when none is near (Damerau–Levenshtein distance, at
/// most a third of the word's length, and at least one letter allowed).
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let limit = max(1, word.count / 3)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
    if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.candidate
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other.
private func editDistance(_ source: [Character], _ target: [Character]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: target.count + 1)
  var previous = Array(0...target.count)
  for row in 1...max(1, source.count) where row <= source.count {
    var current = [row] + [Int](repeating: 0, count: target.count)
    for column in 1...max(1, target.count) where column <= target.count {
      let same = source[row - 1] == target[column - 1]
      current[column] = min(
        previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (same ? 0 : 1))
      if row > 1, column > 1, source[row - 1] == target[column - 2], source[row - 2] == target[column - 1] {
        current[column] = min(current[column], beforePrevious[column - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[target.count]
}
