/// A token found by its text wherever it stands, before the rest is cut into pieces: an entry of `added_tokens`.
public struct AddedToken: Equatable, Sendable {
  public let id: Int
  public let content: String
  /// Whether it counts only where no word character touches it.
  public let isSingleWord: Bool
  /// Whether it swallows white space before it, or after it.
  public let stripsLeft: Bool
  public let stripsRight: Bool
  /// Whether it is looked for in normalised text.
  public let isNormalized: Bool
  /// Whether decoding may leave it out. Control tokens need not be special: DeepSeek's `<｜User｜>` is not.
  public let isSpecial: Bool
}

/// Finds added tokens: at each place the longest, from left to right.
struct AddedTokenFinder: Sendable {
  enum Segment {
    case token(Int)
    case text(Range<Int>)
  }

  private struct Node {
    var bytes: [UInt8] = []
    var children: [Int] = []
    /// Which of `tokens` ends here; -1 for none.
    var token = -1
  }

  private var nodes = [Node()]
  private var startsToken = [Bool](repeating: false, count: 256)
  private var tokens: [AddedToken] = []

  /// Each token with the text to look for, which is its content, normalised where the token is.
  init(_ entries: [(token: AddedToken, text: [UInt8])]) {
    for (token, text) in entries {
      guard let first = text.first else { continue }
      startsToken[Int(first)] = true
      var node = 0
      for byte in text {
        if let known = child(of: node, by: byte) {
          node = known
        } else {
          nodes[node].bytes.append(byte)
          nodes[node].children.append(nodes.count)
          node = nodes.count
          nodes.append(Node())
        }
      }
      nodes[node].token = tokens.count
      tokens.append(token)
    }
  }

  func segments(of text: UnsafeBufferPointer<UInt8>) -> [Segment] {
    if tokens.isEmpty { return text.isEmpty ? [] : [.text(0..<text.count)] }
    var segments: [Segment] = []
    var done = 0
    var position = 0
    while position < text.count {
      guard startsToken[Int(text[position])], let match = longestMatch(in: text, at: position) else {
        position += 1
        continue
      }
      position = match.end
      if match.token.isSingleWord,
        TextEdge.endsWithWord(text[..<match.start]) || TextEdge.startsWithWord(text[match.end...])
      {
        continue
      }
      var start = match.start
      var end = match.end
      if match.token.stripsLeft { start = max(done, TextEdge.startOfTrailingSpace(text[..<start])) }
      if match.token.stripsRight { end = TextEdge.endOfLeadingSpace(text[end...]) }
      if done < start { segments.append(.text(done..<start)) }
      segments.append(.token(match.token.id))
      done = end
    }
    if done < text.count { segments.append(.text(done..<text.count)) }
    return segments
  }

  private func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (token: AddedToken, start: Int, end: Int)? {
    var node = 0
    var end = start
    var best: (token: AddedToken, start: Int, end: Int)?
    while end < text.count, let next = child(of: node, by: text[end]) {
      node = next
      end += 1
      if nodes[node].token >= 0 { best = (tokens[nodes[node].token], start, end) }
    }
    return best
  }

  private func child(of node: Int, by byte: UInt8) -> Int? {
    nodes[node].bytes.firstIndex(of: byte).map { nodes[node].children[$0] }
  }
}

/// What stands at the edge of a stretch of UTF-8.
private enum TextEdge {
  typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  static func startsWithWord(_ text: Bytes) -> Bool {
    String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first.map(isWord) ?? false
  }

  static func endsWithWord(_ text: Bytes) -> Bool {
    String(decoding: text.suffix(4), as: UTF8.self).unicodeScalars.last.map(isWord) ?? false
  }

  static func endOfLeadingSpace(_ text: Bytes) -> Int {
    var end = text.startIndex
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      guard scalar.properties.isWhitespace else { break }
      end += UTF8.width(scalar)
    }
    return end
  }

  static func startOfTrailingSpace(_ text: Bytes) -> Int {
    var start = text.endIndex
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars.reversed() {
      guard scalar.properties.isWhitespace else { break }
      start -= UTF8.width(scalar)
    }
    return start
  }

  /// A word character of regular expressions (Unicode Technical Standard 18, annex C).
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }
}
