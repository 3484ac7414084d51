/// The different pieces of a body of text and how often each occurs.
struct WordCounts {
  private(set) var table = TokenTable(capacity: 1 << 16)
  private(set) var counts: [Int] = []

  mutating func add(_ word: UnsafeBufferPointer<UInt8>) {
    if let id = table.id(of: word) {
      counts[id] += 1
    } else if (try? table.insert(word, id: counts.count)) != nil {
      counts.append(1)
    }
  }
}

/// Keeps the counts of neighbouring tokens up to date while pairs are merged: a merge touches only the words that have it.
struct PairLearner {
  struct Pair: Hashable {
    let left: Int32
    let right: Int32
  }

  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair

    /// The more frequent goes first; among equals the one of earlier tokens.
    static func < (one: Candidate, other: Candidate) -> Bool {
      (other.count, one.pair.left, one.pair.right) < (one.count, other.pair.left, other.pair.right)
    }
  }

  /// All words one after another; a word that shrinks leaves its tail unused.
  private var symbols: [Int32] = []
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private let wordCounts: [Int]

  private var numbers: [Pair: Int] = [:]
  private var pairCounts: [Int] = []
  /// In which words each pair occurs, or did.
  private var places: [[Int32]] = []
  private var queue = Heap<Candidate>()

  init(_ words: WordCounts, byteTokens: [Int32]) {
    wordCounts = words.counts
    for word in words.counts.indices {
      starts.append(symbols.count)
      for byte in words.table.text(of: word) ?? [] { symbols.append(byteTokens[Int(byte)]) }
      lengths.append(symbols.count - starts[word])
      for index in starts[word]..<max(starts[word], symbols.count - 1) {
        let number = number(of: Pair(left: symbols[index], right: symbols[index + 1]))
        pairCounts[number] += wordCounts[word]
        note(word, at: number)
      }
    }
    queue = Heap(numbers.map { Candidate(count: pairCounts[$1], pair: $0) })
  }

  /// The most frequent pair; nil when none occurs `minimumCount` times.
  mutating func best(minimumCount: Int) -> Pair? {
    while let candidate = queue.first {
      let count = numbers[candidate.pair].map { pairCounts[$0] } ?? 0
      if count == candidate.count { return count >= max(1, minimumCount) ? candidate.pair : nil }
      // Its count fell since it was queued.
      _ = queue.removeFirst()
      if count > 0 { queue.insert(Candidate(count: count, pair: candidate.pair)) }
    }
    return nil
  }

  /// Replaces the pair by one token wherever it stands.
  mutating func merge(_ pair: Pair, into token: Int32) {
    guard let number = numbers[pair] else { return }
    let words = places[number]
    places[number] = []
    var grown: Set<Pair> = []
    for word in words { merge(pair, into: token, in: Int(word), &grown) }
    pairCounts[number] = 0
    for pair in grown {
      guard let number = numbers[pair], pairCounts[number] > 0 else { continue }
      queue.insert(Candidate(count: pairCounts[number], pair: pair))
    }
  }

  private mutating func merge(_ pair: Pair, into token: Int32, in word: Int, _ grown: inout Set<Pair>) {
    let start = starts[word]
    let end = start + lengths[word]
    let count = wordCounts[word]
    var read = start
    var write = start
    while read < end {
      guard read + 1 < end, symbols[read] == pair.left, symbols[read + 1] == pair.right else {
        symbols[write] = symbols[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        let before = symbols[write - 1]
        change(Pair(left: before, right: pair.left), by: -count, in: word, &grown)
        change(Pair(left: before, right: token), by: count, in: word, &grown)
      }
      if read + 2 < end {
        let after = symbols[read + 2]
        change(Pair(left: pair.right, right: after), by: -count, in: word, &grown)
        change(Pair(left: token, right: after), by: count, in: word, &grown)
      }
      symbols[write] = token
      read += 2
      write += 1
    }
    lengths[word] = write - start
  }

  private mutating func change(_ pair: Pair, by count: Int, in word: Int, _ grown: inout Set<Pair>) {
    let number = number(of: pair)
    pairCounts[number] += count
    if count > 0 {
      note(word, at: number)
      grown.insert(pair)
    }
  }

  private mutating func note(_ word: Int, at number: Int) {
    if places[number].last != Int32(word) { places[number].append(Int32(word)) }
  }

  private mutating func number(of pair: Pair) -> Int {
    if let number = numbers[pair] { return number }
    numbers[pair] = pairCounts.count
    pairCounts.append(0)
    places.append([])
    return pairCounts.count - 1
  }
}
