public import Groundwork

/// What can go wrong before and around a training run.
public enum TrainingError: Diagnostic, Equatable {
  /// A recipe's text is not YAML, or says something a recipe cannot say.
  case recipe(origin: YAMLOrigin, reason: String)
  /// A `--set` is not of the form KEY.SUB=VALUE.
  case override(text: String, reason: String)
  /// A run directory cannot be used as asked.
  case run(path: String, reason: String)
  /// A line of a metrics file, counted from 1, is damaged.
  case metrics(path: String, line: Int, reason: String)
  /// The operating system would not start a thread; `code` is its `errno`.
  case thread(code: Int32)

  public var sentence: String {
    switch self {
    case .recipe(let origin, let reason): "\(origin): \(reason)"
    case .override(let text, let reason): "--set \(text): \(reason)"
    case .run(let path, let reason): "\(path): \(reason)"
    case .metrics(let path, let line, let reason): "\(path), line \(line): \(reason)"
    case .thread(let code):
      "cannot start a thread (error \(code)); set data.workers to a smaller number, or raise the limit on processes"
    }
  }

  public var fault: Fault {
    switch self {
    case .recipe(.option, _), .override, .run: .usage
    case .recipe, .metrics: .data
    case .thread: .inputOutput
    }
  }
}
