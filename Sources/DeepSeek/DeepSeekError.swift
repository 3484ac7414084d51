import Groundwork

/// What can be wrong with a text model's configuration or input.
public enum DeepSeekError: Diagnostic {
  case configuration(key: String, reason: String)
  case unsupportedArchitecture(name: String)
  case tooLong(tokens: Int, limit: Int)
  case tokenOutside(token: Int, vocabulary: Int)

  public var sentence: String {
    switch self {
    case .configuration(let key, let reason): "config.json: \(key) \(reason)"
    case .unsupportedArchitecture(let name):
      "config.json: the architecture \(name) is not one that Lightbox computes; LlamaForCausalLM and Qwen2ForCausalLM are"
    case .tooLong(let tokens, let limit):
      "\(tokens) tokens do not fit the model's context of \(limit); shorten the text or use a model with a longer context"
    case .tokenOutside(let token, let vocabulary):
      "the token \(token) is not in the vocabulary of \(vocabulary); the tokenizer does not belong to this model"
    }
  }

  public var fault: Fault { .data }
}
