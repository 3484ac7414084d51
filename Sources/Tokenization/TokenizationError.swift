public import Groundwork

/// What can be wrong with a tokenizer.
public enum TokenizationError: Diagnostic, Equatable {
  /// The file is not a tokenizer at all, or contradicts itself.
  case malformed(path: String, part: String, reason: String)
  /// A part of `tokenizer.json` asks for something other than the byte-level pipelines read here.
  case unsupported(path: String, part: String, reason: String)
  /// A regular expression of the pre-tokenizer.
  case pattern(String, reason: String)
  /// A vocabulary that cannot be trained.
  case untrainable(reason: String)
  /// A text with more than one token that begins a text.
  case beginsAgain(token: Int, count: Int)
  /// A conversation the layout has no place for.
  case conversation(reason: String)

  public var sentence: String {
    switch self {
    case .malformed(let path, let part, let reason): "\(path): \(part) \(reason); fetch the file again"
    case .unsupported(let path, let part, let reason):
      "\(path): \(part) \(reason), which no byte-level DeepSeek, Qwen or Llama 3 tokenizer has; use one of those"
    case .pattern(let source, let reason): "the expression \(source) \(reason)"
    case .untrainable(let reason): "the tokenizer cannot be trained: \(reason)"
    case .beginsAgain(let token, let count):
      "the token \(token), which begins a text, comes \(count) times, but must come once; leave it out of the text, as the "
        + "tokenizer puts it there"
    case .conversation(let reason): "the conversation cannot be laid out: \(reason)"
    }
  }

  public var fault: Fault { .data }
}
