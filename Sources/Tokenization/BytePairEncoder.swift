/// Turns one piece of text into tokens: bytes first, then the earliest-ranked merge again and again, leftmost among equals
/// (Sennrich et al. 2016).
///
/// A class, so that handing it on for each piece counts one reference: threads that count the same ones slow each other.
final class BytePairEncoder: Sendable {
  let table: TokenTable
  let merges: MergeTable
  /// The token of each byte; -1 where the vocabulary has none, and such bytes vanish. Published vocabularies lack only bytes
  /// that UTF-8 never has.
  let byteTokens: [Int32]
  /// Whether a piece that is a token as a whole is taken so, whatever the merges say (Llama 3).
  let prefersWholePieces: Bool

  /// Up to this many bytes a plain search for the best merge is quicker than a heap.
  private static let scanLimit = 48

  init(table: TokenTable, merges: MergeTable, byteTokens: [Int32], prefersWholePieces: Bool) {
    self.table = table
    self.merges = merges
    self.byteTokens = byteTokens
    self.prefersWholePieces = prefersWholePieces
  }

  func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32]) {
    if prefersWholePieces, let id = table.id(of: ByteAlphabet.spell(piece)) {
      tokens.append(Int32(id))
      return
    }
    let first = tokens.count
    for byte in piece where byteTokens[Int(byte)] >= 0 { tokens.append(byteTokens[Int(byte)]) }
    let count = tokens.count - first
    if count < 2 { return }
    if count <= Self.scanLimit {
      mergeByScanning(&tokens, from: first)
    } else {
      mergeByHeap(&tokens, from: first)
    }
  }

  private func mergeByScanning(_ tokens: inout [Int32], from first: Int) {
    var count = tokens.count - first
    tokens.withUnsafeMutableBufferPointer { buffer in
      let symbols = UnsafeMutableBufferPointer(rebasing: buffer[first...])
      // The merge of each symbol with its right neighbour; rank at its highest where there is none.
      withUnsafeTemporaryAllocation(of: MergeTable.Merge.self, capacity: count) { candidates in
        let none = MergeTable.Merge(rank: .max, token: -1)
        for index in 0..<count - 1 {
          candidates[index] = merges.merge(symbols[index], symbols[index + 1]) ?? none
        }
        while count > 1 {
          var best = 0
          for index in 1..<max(1, count - 1) where candidates[index].rank < candidates[best].rank {
            best = index
          }
          if candidates[best].rank == .max { break }
          symbols[best] = candidates[best].token
          count -= 1
          for index in best + 1..<max(best + 1, count) {
            symbols[index] = symbols[index + 1]
            candidates[index] = candidates[index + 1]
          }
          if best > 0 { candidates[best - 1] = merges.merge(symbols[best - 1], symbols[best]) ?? none }
          if best + 1 < count { candidates[best] = merges.merge(symbols[best], symbols[best + 1]) ?? none }
        }
      }
    }
    tokens.removeLast(tokens.count - first - count)
  }

  /// The same for long pieces: a heap of possible merges over a linked list of symbols.
  private func mergeByHeap(_ tokens: inout [Int32], from first: Int) {
    var symbols = Array(tokens[first...])
    var next = (1...symbols.count).map { Int32($0) }
    next[symbols.count - 1] = -1
    var previous = (0..<symbols.count).map { Int32($0) - 1 }
    var heap = Heap<Candidate>()

    func consider(_ left: Int) {
      let right = next[left]
      if right >= 0, let merge = merges.merge(symbols[left], symbols[Int(right)]) {
        heap.insert(Candidate(rank: merge.rank, position: Int32(left), token: merge.token))
      }
    }

    for index in symbols.indices { consider(index) }
    while let candidate = heap.removeFirst() {
      let left = Int(candidate.position)
      // A symbol swallowed by an earlier merge is -1; one that changed has other merges, or none.
      guard symbols[left] >= 0, next[left] >= 0 else { continue }
      let right = Int(next[left])
      guard let merge = merges.merge(symbols[left], symbols[right]), merge.rank == candidate.rank else {
        continue
      }
      symbols[left] = candidate.token
      symbols[right] = -1
      next[left] = next[right]
      if next[right] >= 0 { previous[Int(next[right])] = Int32(left) }
      if previous[left] >= 0 { consider(Int(previous[left])) }
      consider(left)
    }
    tokens.removeLast(tokens.count - first)
    for symbol in symbols where symbol >= 0 { tokens.append(symbol) }
  }

  private struct Candidate: Comparable {
    let rank: UInt32
    let position: Int32
    let token: Int32

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.rank, left.position) < (right.rank, right.position)
    }
  }
}
