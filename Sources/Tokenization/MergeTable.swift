/// Which two neighbouring tokens merge into which, and how early.
final class MergeTable: @unchecked Sendable {  // Written by `init` only.
  struct Merge {
    /// Its place in the list of merges: lower goes first.
    let rank: UInt32
    let token: Int32
  }

  /// Pairs by hash, with linear probing. Its size is a power of two.
  private let pairs: UnsafeMutablePointer<UInt64>
  private let merges: UnsafeMutablePointer<Merge>
  private let mask: Int

  /// No pair has two tokens of -1.
  private static let empty = UInt64.max

  /// Each element is left token, right token, merged token; ranks are positions. A pair given again takes the later rank.
  init(_ list: [(left: Int32, right: Int32, merged: Int32)]) {
    var size = 64
    while size < list.count * 2 { size *= 2 }
    mask = size - 1
    pairs = .allocate(capacity: size)
    merges = .allocate(capacity: size)
    pairs.initialize(repeating: Self.empty, count: size)
    merges.initialize(repeating: Merge(rank: 0, token: 0), count: size)
    for (rank, entry) in list.enumerated() {
      let pair = Self.pair(entry.left, entry.right)
      let slot = slot(of: pair)
      pairs[slot] = pair
      merges[slot] = Merge(rank: UInt32(rank), token: entry.merged)
    }
  }

  deinit {
    pairs.deallocate()
    merges.deallocate()
  }

  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let pair = Self.pair(left, right)
    let slot = slot(of: pair)
    return pairs[slot] == pair ? merges[slot] : nil
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(of pair: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: Hash.mix(pair)) & mask
    while pairs[slot] != pair, pairs[slot] != Self.empty { slot = (slot &+ 1) & mask }
    return slot
  }
}
