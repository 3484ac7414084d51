internal import Groundwork
internal import Studies

/// The studies of a JSONL file of study records.
public struct RecordSource: StudySource {
  public let unit = "studies"
  public let total: Int?
  private let reader: StudyReader
  private let name: String
  private let split: String?
  private let assumedComplaint: String?
  private var keys: Set<String> = []

  /// - Parameters:
  ///   - split: nil takes every record.
  ///   - assumedComplaint: for records that have none.
  public init(_ path: String, split: String? = nil, assumedComplaint: String? = nil) throws {
    name = Path.name(of: path)
    self.split = split
    self.assumedComplaint = assumedComplaint
    reader = try StudyReader(path)
    total = split == nil ? try Self.countLines(path) : nil
  }

  private static func countLines(_ path: String) throws -> Int {
    let lines = try LineReader(path)
    var count = 0
    while let line = try lines.next() { count += line.isEmpty ? 0 : 1 }
    return count
  }

  public mutating func next() throws -> ArchiveItem? {
    while true {
      do {
        guard let study = try reader.next() else { return nil }
        guard split == nil || study.split == split else { continue }
        return .study(found(study))
      } catch let error as StudiesError {
        let place = "\(name):\(reader.lineNumber)"
        return .refusal(
          Refusal(.invalidRecord, error.sentence, place: place, key: StudyKey.of("line", place)))
      }
    }
  }

  private mutating func found(_ record: Study) -> ArchiveStudy {
    var study = record
    if study.complaint == nil { study.complaint = assumedComplaint.map(Complaint.init(words:)) }
    // What the record says of the answer is not for the one who answers.
    study.report = nil
    var key = StudyKey.of("record", name, study.id)
    if !keys.insert(key).inserted {
      key = StudyKey.of("part", key, "\(reader.lineNumber)")
      keys.insert(key)
    }
    var found = ArchiveStudy(
      key: key, study: study, directory: reader.directory,
      place: "\(study.id) (\(name):\(reader.lineNumber))")
    // What the record calls the study is what its reader will look for.
    found.studyUID = study.id
    return found
  }
}
