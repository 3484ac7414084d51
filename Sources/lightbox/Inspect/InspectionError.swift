import Glibc
import Groundwork

/// Why something cannot be inspected.
enum InspectionError: Diagnostic {
  case unknownDirectory(path: String)
  case noPixels(path: String)
  /// A line of metrics.jsonl that is no object.
  case metrics(path: String, line: Int, reason: String)

  static let noSuchFile = ENOENT

  var sentence: String {
    switch self {
    case .unknownDirectory(let path):
      "\(path) holds neither a model (config.json, *.safetensors), nor studies (studies.jsonl), nor a run (metrics.jsonl)"
    case .noPixels(let path): "--pixels needs a radiograph, which \(path) is not"
    case .metrics(let path, let line, let reason): "\(path), line \(line): \(reason)"
    }
  }

  var fault: Fault {
    if case .noPixels = self { return .usage }
    return .data
  }
}
