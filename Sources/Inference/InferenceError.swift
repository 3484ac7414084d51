import Groundwork

/// What can be wrong with what a model is run on, or asked for.
public enum InferenceError: Diagnostic {
  /// A tensor of the input file that is missing or is not what the model takes.
  case input(path: String, tensor: String, reason: String)
  case unknownGradient(name: String, directory: String, nearest: String?)
  /// A tensor of the model that is counted, not learned.
  case gradientless(name: String)
  /// Gradients are wanted, but the input holds nothing that they could be of.
  case nothingToDifferentiate(path: String, needs: String)
  case emptyPrompt
  case malformedPrompt(path: String, line: Int)
  case noTokenizer(directory: String)
  /// Adapters are put on a vision encoder alone.
  case adapterOfVision(directory: String)

  public var sentence: String {
    switch self {
    case .input(let path, let tensor, let reason): "\(path): the tensor \(tensor) \(reason)"
    case .unknownGradient(let name, let directory, let nearest):
      "\(directory) has no tensor \(name) to take a gradient of"
        + (nearest.map { "; did you mean \($0)?" } ?? "; lightbox inspect shows what it has")
    case .gradientless(let name):
      "\(name) is kept by counting (a statistic, or a router's bias) and has no gradient"
    case .nothingToDifferentiate(let path, let needs): "\(path) needs \(needs) for gradients"
    case .emptyPrompt: "the prompt is empty; give at least one token for the model to go on from"
    case .malformedPrompt(let path, let line):
      "\(path), line \(line): a prompt is one JSON string a line, in double quotes"
    case .noTokenizer(let directory):
      "\(directory) has no tokenizer.json to read a text with; give --ids, or put the file there"
    case .adapterOfVision(let directory):
      "\(directory) is a vision encoder alone; adapters are for text and joint models, so leave --adapter out"
    }
  }

  public var fault: Fault {
    switch self {
    case .unknownGradient, .gradientless, .emptyPrompt, .adapterOfVision: .usage
    case .input, .malformedPrompt, .noTokenizer, .nothingToDifferentiate: .data
    }
  }
}
