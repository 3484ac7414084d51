import Foundation
import Testing

@testable import Groundwork

struct FileTests {
  private let directory: String

  init() throws {
    directory = NSTemporaryDirectory() + "lightbox-files-\(UUID().uuidString)"
    try File.createDirectory(directory)
  }

  private func path(_ name: String) -> String { Path.join(directory, name) }

  @Test func whatIsWrittenIsReadAndNothingElseRemains() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try File.writeAtomically(path("a"), [1, 2, 3])
    try File.writeAtomically(path("a"), bytes)
    #expect(try File.read(path("a")) == bytes)
    let mapped = try MappedFile(path("a"))
    withExtendedLifetime(mapped) { #expect(Array(mapped.bytes) == bytes) }
    #expect(try File.list(directory) == ["a"])
  }

  @Test func aMissingFileIsWrongInputAndNamesThePath() {
    #expect { try File.read(path("none")) } throws: { error in
      let error = error as? FileError
      return error?.fault == .data && error?.sentence.contains("none") == true
    }
  }

  @Test func aFullDiskIsTheSystemsFault() throws {
    let writer = try FileWriter(creating: "/dev/full")
    #expect { try writer.write([UInt8](repeating: 0, count: 1 << 16)) } throws: { error in
      let error = error as? FileError
      return error?.fault == .inputOutput && error?.sentence.contains("free some space") == true
    }
  }

  @Test func linesComeWithTheirNumbersAndOffsets() throws {
    let long = String(repeating: "肺", count: 300_000)
    try File.writeAtomically(path("lines"), "one\r\n\n\(long)\nlast")
    let reader = try LineReader(path("lines"))
    var lines: [(Int, Int, String)] = []
    while let line = try reader.next() {
      lines.append((reader.lineNumber, reader.lineOffset, String(decoding: line, as: UTF8.self)))
    }
    #expect(lines.map(\.2) == ["one", "", long, "last"])
    #expect(lines.map(\.0) == [1, 2, 3, 4])
    let again = try LineReader(path("lines"), startingAt: lines[3].1)
    #expect(try again.next().map { String(decoding: $0, as: UTF8.self) } == "last")
  }

  @Test func aLineWithoutEndDoesNotFillTheMemory() throws {
    try File.writeAtomically(path("line"), [UInt8](repeating: 65, count: 1 << 20))
    let reader = try LineReader(path("line"), lineLimit: 1000)
    #expect(throws: FileError.self) { try reader.next() }
  }

  @Test func treesAreRemovedWithoutFollowingLinks() throws {
    try File.createDirectory(path("tree/deep"))
    try File.writeAtomically(path("kept"), "kept")
    symlink(path("kept"), path("tree/deep/link"))
    try File.remove(path("tree"))
    #expect(File.kind(of: path("tree")) == nil)
    #expect(try File.read(path("kept")) == Array("kept".utf8))
  }

  @Test func pathsAreTakenApart() {
    #expect(Path.join("a", "b") == "a/b")
    #expect(Path.join("a/", "b") == "a/b")
    #expect(Path.join("a", "/b") == "/b")
    #expect(Path.join("", "b") == "b")
    #expect(Path.parent(of: "a/b/c") == "a/b")
    #expect(Path.parent(of: "/a") == "/")
    #expect(Path.parent(of: "a") == "")
    #expect(Path.name(of: "a/b.tar.gz") == "b.tar.gz")
    #expect(Path.fileExtension(of: "a.b/c.PNG") == "png")
    #expect(Path.fileExtension(of: "a.b/c") == "")
    #expect(Path.fileExtension(of: ".hidden") == "")
  }
}
