import Groundwork

/// What keeps a model from being measured.
public enum EvaluationError: Diagnostic {
  case emptySplit(path: String, split: String)

  public var sentence: String {
    switch self {
    case .emptySplit(let path, let split):
      "\(path) has no study of the split \(split); name another with --split"
    }
  }

  public var fault: Fault { .data }
}
