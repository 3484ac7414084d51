import Groundwork

/// What can be wrong with a joint model or its input.
public enum FusionError: Diagnostic {
  case configuration(path: String, key: String, reason: String)
  /// A batch that does not fit together: our own mistake.
  case batch(reason: String)
  case noVision
  /// New adapters are asked for where a model has some.
  case hasAdapters(path: String)
  /// The grammar allows no token although the answer may not end.
  case deadEnd(tokens: Int)
  /// What the model computes is infinite or no number.
  case notFinite

  public var sentence: String {
    switch self {
    case .configuration(let path, let key, let reason): "\(path): \(key) \(reason)"
    case .batch(let reason): "the batch does not fit together: \(reason)"
    case .noVision: "this model has no vision encoder, so it cannot read images; use a joint model"
    case .hasAdapters(let path):
      "\(path): the model has adapters already; export it with --merge, and put new ones on that"
    case .deadEnd(let tokens):
      "after \(tokens) tokens no token of this vocabulary continues a valid report; the tokenizer lacks single bytes"
    case .notFinite:
      "what the model computes is not a number, so that some of its weights are damaged; fetch it or train it again"
    }
  }

  public var fault: Fault {
    switch self {
    case .batch: .software
    case .configuration, .noVision, .hasAdapters, .deadEnd, .notFinite: .data
    }
  }
}
