public import Groundwork

/// `metrics.jsonl`: a line for each logged step and each evaluation, written as it comes.
public final class MetricsLog {
  public let path: String
  /// Everything the file holds, in its order.
  public private(set) var records: [MetricRecord]
  private let writer: FileWriter

  /// Starts a file, or goes on with one after `step`: lines of later steps are cut, for these are done again, and so is a
  /// line that a kill left half written.
  public init(_ path: String, resumingAfter step: Int? = nil) throws {
    self.path = path
    records = []
    if let step, File.kind(of: path) != nil {
      records = try Self.read(path).filter { $0.step <= step }
      try File.writeAtomically(path, records.map(Self.line).joined())
    } else {
      try File.writeAtomically(path, "")
    }
    writer = try FileWriter(creating: path, appending: true)
  }

  /// Writes one line, at once.
  public func append(_ record: MetricRecord) throws(FileError) {
    try writer.write(Self.line(record))
    records.append(record)
  }

  /// Makes durable what was written, as before a checkpoint is.
  public func synchronize() throws(FileError) { try writer.synchronize() }

  /// The records of a file; the last line may be half written and is left out then.
  public static func read(_ path: String) throws -> [MetricRecord] {
    let reader = try LineReader(path)
    let size = try File.size(of: path)
    var records: [MetricRecord] = []
    while let line = try reader.next() {
      let isLast = reader.lineOffset + line.count >= size
      do {
        records.append(try record(line))
      } catch {
        if isLast { break }
        throw TrainingError.metrics(
          path: path, line: reader.lineNumber,
          reason:
            "\(error.reason); the file was changed by something else, so that the run cannot go on with it")
      }
    }
    return records
  }

  private struct Damage: Error { let reason: String }

  private static func record(_ line: [UInt8]) throws(Damage) -> MetricRecord {
    let json: JSON
    do { json = try JSON(parsing: line) } catch { throw Damage(reason: "not JSON (\(error.reason))") }
    guard let record = MetricRecord(json) else { throw Damage(reason: "no record of a training run") }
    return record
  }

  private static func line(_ record: MetricRecord) -> String { record.json.text() + "\n" }
}
