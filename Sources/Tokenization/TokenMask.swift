/// A set of tokens, one bit for each id of a vocabulary.
public struct TokenMask: Equatable, Sendable {
  /// Ids run from 0 to below this.
  public let vocabularySize: Int
  private var words: [UInt64]

  /// An empty set, or the whole vocabulary.
  public init(vocabularySize: Int, allowingAll: Bool = false) {
    self.vocabularySize = max(0, vocabularySize)
    words = [UInt64](repeating: 0, count: (self.vocabularySize + 63) / 64)
    if allowingAll { allowAll() }
  }

  /// Whether a token is in the set; ids outside the vocabulary never are.
  public func contains(_ token: Int) -> Bool {
    guard token >= 0, token < vocabularySize else { return false }
    return words[token >> 6] & (1 << UInt64(token & 63)) != 0
  }

  /// Adds a token; an id outside the vocabulary is left out.
  public mutating func allow(_ token: Int) {
    guard token >= 0, token < vocabularySize else { return }
    words[token >> 6] |= 1 << UInt64(token & 63)
  }

  public mutating func forbid(_ token: Int) {
    guard token >= 0, token < vocabularySize else { return }
    words[token >> 6] &= ~(1 << UInt64(token & 63))
  }

  public mutating func allowAll() {
    for index in words.indices { words[index] = ~0 }
    let used = vocabularySize & 63
    if used > 0 { words[words.count - 1] = (1 << UInt64(used)) - 1 }
  }

  public mutating func forbidAll() {
    for index in words.indices { words[index] = 0 }
  }

  /// Adds the tokens of another set over a vocabulary of the same size.
  public mutating func formUnion(_ other: TokenMask) {
    for index in 0..<min(words.count, other.words.count) { words[index] |= other.words[index] }
  }

  /// Keeps only the tokens that another set has too.
  public mutating func formIntersection(_ other: TokenMask) {
    for index in words.indices {
      words[index] &= index < other.words.count ? other.words[index] : 0
    }
  }

  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The token of a set of one; nil for every other set.
  public var only: Int? {
    guard let index = words.firstIndex(where: { $0 != 0 }) else { return nil }
    let isAlone = words[index].nonzeroBitCount == 1 && words[(index + 1)...].allSatisfy { $0 == 0 }
    return isAlone ? index << 6 + words[index].trailingZeroBitCount : nil
  }

  /// The least token of the set that is not below `start`; nil when there is none.
  public func first(from start: Int) -> Int? {
    guard start < vocabularySize else { return nil }
    var index = max(0, start) >> 6
    var word = words[index] & (~0 << UInt64(max(0, start) & 63))
    while word == 0 {
      index += 1
      guard index < words.count else { return nil }
      word = words[index]
    }
    return index << 6 + word.trailingZeroBitCount
  }

  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Calls `body` with each token of the set, in ascending order.
  public func forEach(_ body: (Int) throws -> Void) rethrows {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(index << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }

  /// Sets the logit of every token outside the set to minus infinity, also of rows a model has beyond the vocabulary.
  public func exclude(from logits: UnsafeMutableBufferPointer<Float>) {
    for index in 0..<(logits.count + 63) / 64 {
      let word = index < words.count ? words[index] : 0
      if word == ~0 { continue }
      for token in index << 6..<min(index << 6 + 64, logits.count) where word & (1 << UInt64(token & 63)) == 0
      {
        logits[token] = -.infinity
      }
    }
  }
}
