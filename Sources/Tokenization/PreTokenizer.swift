internal import Groundwork

/// Cuts text into the pieces within which bytes may merge: a sequence of splits, each applied to the pieces that the
/// former left.
struct PreTokenizer: Sendable {
  enum Step: Sendable {
    /// Matches become pieces of their own, and so does what is between them.
    case isolate(Pattern)
    /// A space before each piece that does not start with one.
    case prefixSpace
  }

  let steps: [Step]

  /// GPT-2's own expression, for `ByteLevel` with `use_regex`.
  static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// Calls `body` with the bytes of each piece, in order.
  func forEachPiece(
    of text: UnsafeBufferPointer<UInt8>, space: Pattern.Space, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if text.isEmpty { return }
    var pieces = [0..<text.count]
    for (index, step) in steps.enumerated() {
      switch step {
      case .isolate(let pattern): pieces = Self.isolate(pattern, pieces, of: text, space: space)
      case .prefixSpace:
        // The text itself changes here, so the remaining steps go on with a new one.
        let rest = PreTokenizer(steps: Array(steps[(index + 1)...]))
        for piece in pieces {
          var bytes = Array(text[piece])
          if bytes.first != UInt8(ascii: " ") { bytes.insert(UInt8(ascii: " "), at: 0) }
          bytes.withUnsafeBufferPointer { rest.forEachPiece(of: $0, space: space, body) }
        }
        return
      }
    }
    for piece in pieces { body(UnsafeBufferPointer(rebasing: text[piece])) }
  }

  private static func isolate(
    _ pattern: Pattern, _ pieces: [Range<Int>], of text: UnsafeBufferPointer<UInt8>, space: Pattern.Space
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count * 2)
    for piece in pieces {
      var end = piece.lowerBound
      // The expression sees nothing beyond its piece, not even by looking ahead.
      pattern.forEachMatch(in: UnsafeBufferPointer(rebasing: text[piece]), space: space) { match in
        let start = piece.lowerBound + match.lowerBound
        if end < start { result.append(end..<start) }
        end = piece.lowerBound + match.upperBound
        result.append(start..<end)
      }
      if end < piece.upperBound { result.append(end..<piece.upperBound) }
    }
    return result
  }
}

extension PreTokenizer {
  /// Reads the `pre_tokenizer` of `tokenizer.json`.
  init(_ part: JSON, reader: DefinitionReader) throws {
    var steps: [Step] = []
    var reachedBytes = false

    func read(_ part: JSON, _ name: String) throws {
      if reachedBytes { throw reader.unsupported(name, "comes after ByteLevel") }
      switch try reader.type(of: part, name) {
      case "Sequence":
        for (index, inner) in try reader.array(part, "pretokenizers", in: name).enumerated() {
          try read(inner, "\(name)[\(index)]")
        }
      case "Split":
        guard part["behavior"]?.string == "Isolated" else {
          throw reader.unsupported(name, "has another behavior than Isolated")
        }
        guard part["invert"]?.boolean != true else { throw reader.unsupported(name, "is inverted") }
        if let expression = part["pattern"]?["Regex"]?.string {
          steps.append(.isolate(try Pattern(expression)))
        } else if let text = part["pattern"]?["String"]?.string {
          steps.append(.isolate(try Pattern(PatternTranslation.literal(text))))
        } else {
          throw reader.malformed(name, "has no pattern")
        }
      case "Digits":
        steps.append(
          .isolate(try Pattern(part["individual_digits"]?.boolean == true ? #"\p{N}"# : #"\p{N}+"#)))
      case "ByteLevel":
        if part["add_prefix_space"]?.boolean != false { steps.append(.prefixSpace) }
        if part["use_regex"]?.boolean != false { steps.append(.isolate(try Pattern(Self.gpt2))) }
        reachedBytes = true
      case let type: throw reader.unsupported(name, "has the type \(type)")
      }
    }

    try read(part, "pre_tokenizer")
    guard reachedBytes else { throw reader.unsupported("pre_tokenizer", "has no ByteLevel") }
    self.steps = steps
  }
}
