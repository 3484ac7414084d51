import Groundwork
import Testing

@testable import Archives

@Suite struct JournalTests {
  private let archive: Archive
  private var file: String { Path.join(archive.path, Journal.fileName) }

  init() throws { archive = try Archive() }

  private func entry(_ key: String, _ work: String) -> [(String, JSON)] {
    [("key", .string(key)), ("work", .string(work)), ("status", "preliminary")]
  }

  private func keys(_ journal: Journal) throws -> [String] {
    var keys: [String] = []
    try journal.forEachLatest { keys.append($0["key"]?.string ?? "") }
    return keys
  }

  @Test func theLatestLineOfAKeyCounts() throws {
    do {
      let journal = try Journal(in: archive.path)
      try journal.append(entry("a", "1"), sync: true)
      try journal.append(entry("b", "1"), sync: false)
      try journal.append(entry("a", "2"), sync: true)
    }
    let journal = try Journal(in: archive.path)
    #expect(journal.hasReport("a", work: "2") && !journal.hasReport("a", work: "1"))
    #expect(try keys(journal) == ["b", "a"])
    try journal.append([("key", "b"), ("status", .string(Journal.withdrawn))], sync: true)
    #expect(try keys(journal) == ["a"])
  }

  /// Whatever byte a killed run stopped at, the lines before stand and new ones can follow.
  @Test func aLineThatWasCutIsTakenAway() throws {
    do {
      let journal = try Journal(in: archive.path)
      try journal.append(entry("a", "1"), sync: true)
      try journal.append(entry("b", "1"), sync: true)
    }
    let whole = try File.read(file)
    let start = (whole.dropLast().lastIndex(of: 10) ?? 0) + 1
    for length in stride(from: start, to: whole.count, by: 9) {
      try File.writeAtomically(file, Array(whole.prefix(length)))
      do {
        let journal = try Journal(in: archive.path)
        #expect(try keys(journal) == ["a"])
        try journal.append(entry("c", "1"), sync: true)
      }
      let again = try Journal(in: archive.path)
      #expect(try keys(again) == ["a", "c"])
    }
  }

  @Test func aJournalOfAnotherKindIsLeftAlone() throws {
    let text = "{\"key\":\"a\"}\n"
    try File.writeAtomically(file, text)
    #expect(throws: ArchivesError.self) { try Journal(in: archive.path) }
    #expect(try File.read(file) == Array(text.utf8))
    try File.writeAtomically(file, "{\"journal\":\"\(Journal.format)\"}\nnonsense\n{}\n")
    #expect { try Journal(in: archive.path) } throws: { "\($0)".contains("line 2") }
  }

  @Test func oneRunAtATime() throws {
    let journal = try Journal(in: archive.path)
    #expect(throws: ArchivesError.busy(directory: archive.path)) { try Journal(in: archive.path) }
    #expect(journal.marks.isEmpty)
  }
}
