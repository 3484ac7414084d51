public import Groundwork

/// Writes studies as JSONL. The file appears under its name when `finish` is called, whole.
public final class StudyWriter {
  public let path: String
  private let partial: String
  private let file: FileWriter
  private var pending: [UInt8] = []
  private var isFinished = false
  private static let flushSize = 1 << 16

  public init(_ path: String) throws(FileError) {
    self.path = path
    partial = path + ".partial"
    file = try FileWriter(creating: partial)
  }

  /// Appends a record. Throws `StudiesError.unwritableRecord` for one that a reader would refuse.
  public func write(_ study: Study) throws {
    let json = study.json
    if let object = json.object {
      do {
        _ = try Study(object, file: path, line: 0)
      } catch .invalidRecord(_, _, let key, let reason) {
        throw StudiesError.unwritableRecord(reason: key.isEmpty ? reason : "\(key) \(reason)")
      }
    }
    pending.append(contentsOf: json.text().utf8)
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= Self.flushSize { try flush() }
  }

  /// Makes the file durable under its name.
  public func finish() throws {
    try flush()
    try file.finish()
    try File.move(partial, to: path)
    isFinished = true
  }

  deinit {
    // What was not finished is of no use to anybody; failing to remove it changes nothing.
    if !isFinished { try? File.remove(partial) }
  }

  private func flush() throws(FileError) {
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
