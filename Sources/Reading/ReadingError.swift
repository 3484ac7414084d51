import Groundwork

/// What can keep a study from being read by a model. Records are named by their place or id, never by a patient.
public enum ReadingError: Diagnostic {
  /// The tokens of a study do not fit the context.
  case tooLong(record: String, tokens: Int, limit: Int, part: String)
  case noTokenizer(directory: String)
  case unknownFinding(name: String)
  case tokenizerMismatch(tokens: Int, vocabulary: Int)

  public var sentence: String {
    switch self {
    case .tooLong(let record, let tokens, let limit, let part):
      "the study \(record) has \(tokens) tokens with its \(part), but the context is \(limit); raise data.context or shorten the record"
    case .noTokenizer(let directory):
      "\(directory) has no tokenizer.json; copy the one the model was trained with beside it"
    case .unknownFinding(let name):
      "the model's finding head names \(name), which is not in this program's catalogue"
    case .tokenizerMismatch(let tokens, let vocabulary):
      "tokenizer.json has \(tokens) tokens, but the model's vocabulary is \(vocabulary); they do not belong together"
    }
  }

  public var fault: Fault { .data }
}
