import Groundwork

/// What keeps a model from being exported.
public enum ExportsError: Diagnostic, Equatable {
  /// A model without the part or the file that the format needs.
  case missing(path: String, what: String)
  /// Something that the format has no place for.
  case unsupported(path: String, reason: String)
  /// A value too large for the format, or a tensor that gives another number of elements than its shape has.
  case unwritable(name: String, reason: String)

  public var sentence: String {
    switch self {
    case .missing(let path, let what): "\(path) has no \(what)"
    case .unsupported(let path, let reason): "\(path): \(reason)"
    case .unwritable(let name, let reason): "\(name) cannot be written: \(reason)"
    }
  }

  public var fault: Fault {
    if case .unwritable = self { return .software }
    return .data
  }
}
