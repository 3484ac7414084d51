public import Groundwork

/// What can be wrong with a draft, a report, a schema, or a vocabulary that is to write one.
/// No case carries the text of a report.
public enum ReportsError: Diagnostic, Equatable {
  /// A JSON text is not a clinical draft or a report; `path` as in `findings[2].laterality`.
  case invalid(document: String, path: String, reason: String)
  /// A schema uses something that decoding under a grammar does not know.
  case unsupportedSchema(path: String, reason: String)
  /// No single token writes this byte, so some texts of the grammar could not be finished.
  case vocabularyLacksByte(UInt8)
  /// A token that the grammar does not allow at this place.
  case tokenNotAllowed(token: Int, position: Int)
  /// Fewer tokens than the shortest text of the grammar needs.
  case budgetTooSmall(budget: Int, needed: Int)

  public var sentence: String {
    switch self {
    case .invalid(let document, let path, let reason):
      "this is no valid \(document): at \(path.isEmpty ? "the top" : path), \(reason)"
    case .unsupportedSchema(let path, let reason):
      "the schema cannot guide decoding: at \(path.isEmpty ? "the top" : path), \(reason)"
    case .vocabularyLacksByte(let byte):
      "the tokenizer has no token for the single byte 0x\(String(byte, radix: 16)); "
        + "guided decoding needs a byte-level vocabulary"
    case .tokenNotAllowed(let token, let position):
      "token \(token) at position \(position) is not allowed by the grammar; "
        + "take only tokens that the mask allows"
    case .budgetTooSmall(let budget, let needed):
      "a report needs at least \(needed) tokens and the limit is \(budget); raise the limit"
    }
  }

  public var fault: Fault {
    switch self {
    case .invalid, .unsupportedSchema, .vocabularyLacksByte: .data
    case .tokenNotAllowed: .software
    case .budgetTooSmall: .usage
    }
  }
}
