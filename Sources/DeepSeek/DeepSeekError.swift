import Groundwork

/// What can be wrong with a text model's configuration or input.
public enum DeepSeekError: Diagnostic {
  case configuration(key: String, reason: String)
  case unsupportedArchitecture(name: String)
  /// A known architecture that is not computed.
  case refusedArchitecture(name: String, reason: String)
  case tooLong(tokens: Int, limit: Int)
  case tokenOutside(token: Int, vocabulary: Int)
  /// A tokenizer that has more tokens than the model has embeddings.
  case largerTokenizer(tokens: Int, vocabulary: Int)

  public var sentence: String {
    switch self {
    case .configuration(let key, let reason): "config.json: \(key) \(reason)"
    case .unsupportedArchitecture(let name):
      "config.json: the architecture \(name) is not one that Lightbox computes; \(Self.architectures) are"
    case .refusedArchitecture(let name, let reason):
      "config.json: the architecture \(name) is not computed: \(reason); \(Self.architectures) are"
    case .tooLong(let tokens, let limit):
      "\(tokens) tokens do not fit the model's context of \(limit); shorten the text or use a model with a longer context"
    case .tokenOutside(let token, let vocabulary):
      "the token \(token) is not in the vocabulary of \(vocabulary); the tokenizer does not belong to this model"
    case .largerTokenizer(let tokens, let vocabulary):
      "tokenizer.json has \(tokens) tokens, but the model has embeddings for \(vocabulary); the tokenizer does not belong to this model"
    }
  }

  public var fault: Fault { .data }

  private static var architectures: String {
    let names = TextFamily.allCases.map(\.architecture)
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }
}
