public import Groundwork

/// What keeps an archive from being read or its reports from being written. Files are named by their place, never by a patient.
public enum ArchivesError: Diagnostic, Equatable {
  /// A source is neither a directory, a file nor a list of records.
  case noSource(path: String)
  /// A directory for reports holds a journal that another program or version wrote.
  case foreignJournal(path: String, line: Int, reason: String)
  /// Another run is writing to the directory.
  case busy(directory: String)
  /// Nothing of a source could be read.
  case nothingRead(source: String, refused: Int)
  /// A file that was named is nothing the model was trained on.
  case refused(path: String, detail: String)

  public var sentence: String {
    switch self {
    case .noSource(let path):
      "\(path) is no source of studies; give a directory, an image, or a studies.jsonl"
    case .foreignJournal(let path, let line, let reason):
      "\(path), line \(line), \(reason); give another directory for the reports"
    case .busy(let directory):
      "another run is writing to \(directory); wait for it, or give another directory"
    case .nothingRead(let source, let refused):
      refused == 0
        ? "\(source) holds no image and no record"
        : "nothing in \(source) could be read: \(refused) refused; index.jsonl says why for each"
    case .refused(let path, let detail):
      "\(path) is refused: \(detail); --any-image reads it all the same"
    }
  }

  public var fault: Fault {
    if case .busy = self { return .inputOutput }
    return .data
  }
}
