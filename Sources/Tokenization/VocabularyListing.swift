internal import Groundwork

/// A tokenizer laid open, for formats that write it in another way than `tokenizer.json`.
public struct VocabularyListing: Sendable {
  public enum Kind: Sendable {
    case normal
    /// Found by its text, and shown in decoded text.
    case added
    /// Found by its text, and left out of decoded text.
    case special
    /// An id without a token.
    case unused
  }

  /// The tokenizers that other programs know by a name, for what they do before bytes are merged.
  public enum PreTokenizerFamily: Sendable {
    case deepSeekLLM, deepSeekCoder, deepSeekV3, qwen2, llama3
  }

  /// By id: the token's text in letters of the byte alphabet, or an added token's own.
  public let tokens: [(text: String, kind: Kind)]
  /// In the order of their ranks: the two texts with a space between.
  public let merges: [String]
  /// nil for a tokenizer that is none of these.
  public let family: PreTokenizerFamily?
  /// Whether encoding puts the token that begins a text before it.
  public let addsBegin: Bool
}

extension Tokenizer {
  /// The tokenizer laid open; reads `tokenizer.json` once more.
  public func listing() throws -> VocabularyListing {
    let special = Set(addedTokens.filter(\.isSpecial).map(\.id))
    let added = Set(addedTokens.map(\.id))
    let tokens = (0..<vocabularySize).map { id -> (text: String, kind: VocabularyListing.Kind) in
      guard let text = table.text(of: id) else { return ("[PAD\(id)]", .unused) }
      let kind: VocabularyListing.Kind =
        special.contains(id) ? .special : added.contains(id) ? .added : .normal
      return (String(decoding: text, as: UTF8.self), kind)
    }
    let json = try definition.withBytes { try JSON(parsing: Array($0)) }
    let merges = (json["model"]?["merges"]?.array ?? []).map { merge in
      merge.string ?? (merge.array ?? []).compactMap(\.string).joined(separator: " ")
    }
    return VocabularyListing(
      tokens: tokens, merges: merges, family: preTokenizer.family,
      addsBegin: beginToken.map(template.before.contains) ?? false)
  }
}

extension PreTokenizer {
  fileprivate var family: VocabularyListing.PreTokenizerFamily? {
    let sources = steps.compactMap { step -> String? in
      if case .isolate(let pattern) = step { Self.escaped(pattern.source) } else { nil }
    }
    guard sources.count == steps.count else { return nil }
    func words(_ digits: String) -> String {
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
    if sources == BPETrainer.expressions.map(Self.escaped) { return .deepSeekV3 }
    if sources == [words(#"\p{N}"#)] { return .qwen2 }
    if sources == [words(#"\p{N}{1,3}"#)] { return .llama3 }
    guard sources.count > 4, sources[0] == #"[\r\n]"#, sources.last == #"\p{N}"# else {
      return nil
    }
    if sources.count == 5, sources[1] == #"\s?\p{L}+"#, sources[2] == #"\s?\p{P}+"# { return .deepSeekCoder }
    // Its second expression lists every cased letter of Unicode.
    if sources.count == 6, sources[1].hasPrefix(#"\s?[A-Za-z"#), sources[3] == #"\s+$"# {
      return .deepSeekLLM
    }
    return nil
  }

  /// Line breaks, which some write as they are and some escape, all escaped.
  private static func escaped(_ source: String) -> String {
    source.unicodeScalars.map { scalar in
      switch scalar {
      case "\r": #"\r"#
      case "\n": #"\n"#
      default: String(scalar)
      }
    }.joined()
  }
}
