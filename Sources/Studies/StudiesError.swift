public import Groundwork

/// What can be wrong with studies: a record, an image a record names, or a request for phantoms.
public enum StudiesError: Diagnostic, Equatable {
  /// A line of a JSONL file is not a study; `key` is the path of the member, as in `findings[2].severity`.
  case invalidRecord(file: String, line: Int, key: String, reason: String)
  /// A record names an image file that is not there.
  case missingImage(file: String, line: Int, image: String)
  /// A record cannot be written because it would not be read again.
  case unwritableRecord(reason: String)
  /// Phantom studies were asked for in a way that cannot be met.
  case phantomRequest(reason: String)

  public var sentence: String {
    switch self {
    case .invalidRecord(let file, let line, let key, let reason):
      "\(file), line \(line)\(key.isEmpty ? "" : ", \(key)"): \(reason)"
    case .missingImage(let file, let line, let image):
      "\(file), line \(line): missing image \(image); image paths are relative to the JSONL file"
    case .unwritableRecord(let reason): "the study record cannot be written: \(reason)"
    case .phantomRequest(let reason): "phantom studies: \(reason)"
    }
  }

  public var fault: Fault {
    switch self {
    case .invalidRecord, .missingImage, .unwritableRecord: .data
    case .phantomRequest: .usage
    }
  }
}
