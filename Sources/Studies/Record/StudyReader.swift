public import Groundwork

/// Reads the studies of a JSONL file one after the other, in the memory of one record.
public final class StudyReader {
  /// A key that is not of `study/1` but one slip away from one that is; each is told once a file.
  public struct Warning: Equatable, Sendable, CustomStringConvertible {
    public let file: String
    /// Where it was seen first.
    public let line: Int
    public let key: String
    public let meant: String

    public var description: String { "\(file), line \(line): unknown key \(key), did you mean \(meant)?" }
  }

  public let path: String
  /// What images of the records are relative to.
  public let directory: String
  public private(set) var warnings: [Warning] = []
  private let lines: LineReader
  private var warned: Set<String> = []

  /// Opens a file; `offset` is where a line starts, in bytes (see `recordOffset`). Line numbers then count from there.
  public init(_ path: String, startingAt offset: Int = 0) throws(FileError) {
    self.path = path
    directory = Path.parent(of: path)
    lines = try LineReader(path, startingAt: offset)
  }

  /// The line of the study that `next` gave last, from 1.
  public var lineNumber: Int { lines.lineNumber }

  /// Where the study that `next` gave last starts in the file, in bytes, for reading it again by itself.
  public var recordOffset: Int { lines.lineOffset }

  /// The next study; nil at the end. Empty lines are passed over, and a byte order mark before the first record.
  ///
  /// Throws `StudiesError.invalidRecord`, or `FileError` when the system cannot read on.
  public func next() throws -> Study? {
    while let bytes = try lines.next() {
      let line =
        lines.lineNumber == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
      if line.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
      return try study(line)
    }
    return nil
  }

  private func study(_ line: [UInt8]) throws(StudiesError) -> Study {
    let json: JSON
    do {
      json = try JSON(parsing: line)
    } catch {
      throw failure(
        "not valid JSON at column \(error.column): \(error.reason); mend the line or take it out")
    }
    guard let object = json.object else {
      throw failure("expected an object, found \(json.kind); mend the line or take it out")
    }
    let study = try Study(object, file: path, line: lineNumber)
    for (key, meant) in Study.likelyMisspellings(in: object) where warned.insert(key).inserted {
      warnings.append(Warning(file: path, line: lineNumber, key: key, meant: meant))
    }
    return study
  }

  private func failure(_ reason: String) -> StudiesError {
    .invalidRecord(file: path, line: lineNumber, key: "", reason: reason)
  }

  /// Checks that the images of the study that `next` gave last are there.
  public func checkImages(of study: Study) throws(StudiesError) {
    for image in study.images where File.kind(of: Path.join(directory, image.path)) != .regular {
      throw .missingImage(file: path, line: lineNumber, image: image.path)
    }
  }

  /// Every study of a file, in order.
  public static func studies(in path: String) throws -> [Study] {
    let reader = try StudyReader(path)
    var studies: [Study] = []
    while let study = try reader.next() { studies.append(study) }
    return studies
  }
}
