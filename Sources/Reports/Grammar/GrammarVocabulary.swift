internal import Synchronization
internal import Tokenization

/// A tokenizer's vocabulary, arranged for masks: made once, shared by every constraint.
///
/// The expensive places of a grammar are its texts, where most tokens may come. Whether a token stays inside a text depends on
/// the text's own state only, so that part of a mask is kept for each state; the tokens that go on behind the closing quote
/// are kept sorted by what stands behind it, which is little, and are followed through the grammar each time.
public final class GrammarVocabulary: Sendable {
  /// The number of ids, those of special tokens among them.
  public let size: Int
  /// The bytes of each token; empty for special tokens.
  let bytes: [[UInt8]]
  let trie: TokenTrie
  private let textMasks = Mutex<[TextKey: TextMask]>([:])

  /// `tokens`: the bytes that each id writes, nil for special tokens, which a grammar never allows.
  ///
  /// Throws `ReportsError.vocabularyLacksByte` unless every byte of printable ASCII and every continuation byte of UTF-8 is
  /// a token by itself: only then can every text be brought to an end.
  public init(tokens: [[UInt8]?]) throws(ReportsError) {
    size = tokens.count
    bytes = tokens.map { $0 ?? [] }
    let single = Set(bytes.lazy.filter { $0.count == 1 }.map { $0[0] })
    for byte in Array(UInt8(0x20)...0x7E) + Array(0x80...0xBF) where !single.contains(byte) {
      throw .vocabularyLacksByte(byte)
    }
    trie = TokenTrie(
      bytes.enumerated().filter { !$0.element.isEmpty }.map { ($0.element[...], Int32($0.offset)) })
  }

  /// What of a text's state decides which tokens may come.
  struct TextKey: Hashable {
    let textClass: TextClass
    let place: Int32
    /// Whether a character stands there already.
    let isStarted: Bool
    /// Characters still possible, counted no further than the longest token has bytes.
    let remaining: Int32
  }

  final class TextMask: Sendable {
    /// The tokens that stay inside the text and end with a whole character.
    let whole: TokenMask
    /// The tokens that stay inside the text and end inside a character or an escape.
    let broken: TokenMask
    /// The tokens that close it, by what they write behind the quote.
    let closing: TokenTrie

    init(whole: TokenMask, broken: TokenMask, closing: TokenTrie) {
      self.whole = whole
      self.broken = broken
      self.closing = closing
    }
  }

  func textMask(_ text: Grammar.Text, place: Int32, length: Int32) -> TextMask {
    let key = TextKey(
      textClass: text.textClass, place: place, isStarted: length > 0,
      remaining: min(text.limit - length, Int32(trie.depthLimit)))
    if let known = textMasks.withLock({ $0[key] }) { return known }
    let made = makeTextMask(key)
    textMasks.withLock { $0[key] = made }
    return made
  }

  private func makeTextMask(_ key: TextKey) -> TextMask {
    struct Walk {
      var place: Int32
      var added: Int32 = 0
      /// Bytes up to and with the closing quote; 0 while inside.
      var closed: Int32 = 0
    }
    var whole = TokenMask(vocabularySize: size)
    var broken = whole
    var closing: [(ArraySlice<UInt8>, Int32)] = []
    trie.walk(from: Walk(place: key.place)) { walk, node in
      if walk.closed > 0 { return walk }
      var walk = walk
      if walk.place == TextClass.boundary {
        if node.byte == UInt8(ascii: "\"") {
          walk.closed = node.depth
          return walk.added > 0 || key.isStarted ? walk : nil
        }
        if walk.added >= key.remaining || node.byte == 0x20 && walk.added == 0 && !key.isStarted {
          return nil
        }
      }
      walk.place = key.textClass.next(walk.place, node.byte)
      if walk.place == TextClass.boundary { walk.added += 1 }
      return walk.place == TextClass.refused ? nil : walk
    } visit: { range, walk in
      for token in trie.tokens[Int(range.lowerBound)..<Int(range.upperBound)] {
        if walk.closed > 0 {
          closing.append((bytes[Int(token)].dropFirst(Int(walk.closed)), token))
        } else if walk.place == TextClass.boundary {
          whole.allow(Int(token))
        } else {
          broken.allow(Int(token))
        }
      }
    }
    return TextMask(whole: whole, broken: broken, closing: TokenTrie(closing))
  }

  /// A text as tokens, the longest first at each place; nil when a byte has no token.
  func tokens(writing text: [UInt8]) -> [Int]? {
    var rest = text[...]
    var tokens: [Int] = []
    while !rest.isEmpty {
      guard let match = trie.longestMatch(rest) else { return nil }
      tokens.append(match.token)
      rest = rest.dropFirst(match.length)
    }
    return tokens
  }
}
