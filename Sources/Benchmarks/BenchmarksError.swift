import Groundwork

/// What keeps a benchmark from measuring.
public enum BenchmarksError: Diagnostic, Equatable {
  /// A directory has no file that can be an image.
  case noImages(path: String)
  /// A text is too short to take a time that means something.
  case noText(path: String)
  case tooManyTokens(asked: Int, limit: Int)

  public var sentence: String {
    switch self {
    case .noImages(let path):
      "\(path): there is no DICOM, PNG or JPEG file in this directory; name one that holds some"
    case .noText(let path): "\(path): the file is empty; give a text of some megabytes"
    case .tooManyTokens(let asked, let limit):
      "prompt and answer together are \(asked) tokens, but the model takes \(limit); lower --prompt-tokens or --max-tokens"
    }
  }

  public var fault: Fault {
    if case .tooManyTokens = self { return .usage }
    return .data
  }
}
