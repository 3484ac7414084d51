internal import Glibc
internal import Groundwork

/// What was done in a directory of reports: a line of JSON for each step, synced before the next begins. A run that was killed
/// finds here what it had finished.
///
/// The latest line of a key counts. A line that a killed run left unfinished is taken away.
public final class Journal {
  /// What the latest line of a key says, as far as a run asks.
  struct Mark {
    /// The digest of what the report was made from: model, images, words, forms.
    let work: String
    let status: String
    let urgency: String
    /// Where the line starts in the file.
    let offset: Int
  }

  static let fileName = "journal.jsonl"
  static let format = "lightbox-journal/1"
  /// The status of a key that stands for nothing any more, such as that of a file that was damaged and is now whole.
  static let withdrawn = "withdrawn"

  let path: String
  private(set) var marks: [String: Mark] = [:]
  private let descriptor: Int32
  private var length = 0

  /// Opens the journal of a directory, or begins one. Only one run at a time has it.
  init(in directory: String) throws {
    path = Path.join(directory, Self.fileName)
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(action: "open", path: path, code: errno) }
    do {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw ArchivesError.busy(directory: directory) }
      try read()
      if length == 0 { try append([("journal", .string(Self.format))], sync: true) }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  func hasReport(_ key: String, work: String) -> Bool { marks[key]?.work == work }

  private func read() throws {
    let size = try File.size(of: path)
    let lines = try LineReader(path)
    while let line = try lines.next() {
      let end = lines.lineOffset + line.count + 1
      if end > size { break }
      let json: JSON
      do {
        json = try JSON(parsing: line)
      } catch {
        throw ArchivesError.foreignJournal(
          path: path, line: lines.lineNumber, reason: "is no line of a journal")
      }
      if lines.lineNumber == 1, json["journal"]?.string != Self.format {
        throw ArchivesError.foreignJournal(path: path, line: 1, reason: "does not say \(Self.format)")
      }
      note(json, at: lines.lineOffset)
      length = end
    }
    // What a killed run left of a line.
    if length < size {
      guard ftruncate(descriptor, length) == 0 else {
        throw FileError(action: "shorten", path: path, code: errno)
      }
    }
  }

  private func note(_ json: JSON, at offset: Int) {
    guard let key = json["key"]?.string else { return }
    marks[key] = Mark(
      work: json["work"]?.string ?? "", status: json["status"]?.string ?? "",
      urgency: json["urgency"]?.string ?? "", offset: offset)
  }

  /// Adds a line; with `sync` it and all before it are durable afterwards.
  func append(_ line: JSONObject, sync: Bool) throws {
    let bytes = Array(JSON.object(line).text().utf8) + [UInt8(ascii: "\n")]
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(action: "write", path: path, code: errno) }
      written += count
    }
    note(.object(line), at: length)
    length += bytes.count
    if sync { try synchronize() }
  }

  func append(_ members: [(String, JSON)], sync: Bool) throws { try append(JSONObject(members), sync: sync) }

  func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw FileError(action: "sync", path: path, code: errno) }
  }

  /// The latest lines of all keys, in the order in which they were written.
  func forEachLatest(_ body: (JSONObject) throws -> Void) throws {
    let lines = try LineReader(path)
    while let line = try lines.next() {
      guard let object = (try? JSON(parsing: line))?.object, let key = object["key"]?.string,
        let mark = marks[key], mark.offset == lines.lineOffset, mark.status != Self.withdrawn
      else { continue }
      try body(object)
    }
  }

  /// The line that starts at an offset.
  func line(at offset: Int) throws -> JSONObject? {
    try LineReader(path, startingAt: offset).next().flatMap { try? JSON(parsing: $0).object }
  }
}
