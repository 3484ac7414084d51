import Foundation
import Groundwork
import Testing

@testable import Console

@Suite struct ProgramTests {
  @Test func aVerbAnswersOnStandardOutput() throws {
    let result = try Sample.run("make", "-o", "studies", "--count", "3")
    #expect(result == (0, "studies 3\n", ""))
  }

  @Test func theVersionIsOneLine() throws {
    #expect(try Sample.run("--version") == (0, "program 1.2.3\n", ""))
  }

  @Test func errorsAreOneLineWithTheProgramsName() throws {
    let result = try Sample.run("ask")
    #expect(result == (64, "", "program: program ask needs MODEL; program ask --help shows an example\n"))
  }

  @Test func errorsAreJSONWhereTheAnswerWouldBe() throws {
    let result = try Sample.run("make", "--json")
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    let json = try JSON(parsing: result.messages)
    #expect(json["error"]?.string == "program make needs --output DIR; program make --help shows an example")
    #expect(json["fault"]?.string == "usage")
    #expect(json["exit_code"]?.integer == 64)
  }

  @Test func anErrorThatNoRoomKnowsIsOurBug() throws {
    let result = try Sample.run("prepare", "split")
    #expect(result.code == 70)
    #expect(
      result.messages
        == "program: an unforeseen CancellationError ended the work; please report this with the command line\n"
    )
  }

  @Test func everyFaultHasItsExitCode() {
    let error = FileError(action: "read", path: "x", code: EACCES)
    let text = ErrorRendering.text(of: error, program: "p", asJSON: false, on: Terminal(colours: .full))
    #expect(
      text == "\u{1B}[1;31mp:\u{1B}[0m cannot read x: Permission denied; check its owner and permissions\n")
    #expect(ErrorRendering.diagnostic(for: error).fault == .inputOutput)
  }

  @Test func aFullDiskUnderStandardOutputIsReported() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let stream = OutputStream(descriptor: full.fileDescriptor, name: "standard output")
    try stream.write("kept in memory")
    #expect(sentence { try stream.flush() } == "cannot write to standard output: No space left on device")
  }
}

@Suite struct InputStreamTests {
  private func stream(_ bytes: [UInt8]) throws -> FileHandle {
    let file = FileHandle.temporary()
    try file.write(contentsOf: Data(bytes))
    try file.seek(toOffset: 0)
    return file
  }

  @Test func linesComeOneByOne() throws {
    let long = String(repeating: "胸", count: 50_000)
    let file = try stream(Array("a\r\n\n\(long)\nlast".utf8))
    var input = InputStream(descriptor: file.fileDescriptor)
    var lines: [String] = []
    while let line = try input.nextLine() { lines.append(line) }
    #expect(lines == ["a", "", long, "last"])
  }

  @Test func theWholeInputKeepsItsLineBreaks() throws {
    let file = try stream(Array("咳嗽\n\r\n".utf8))
    var input = InputStream(descriptor: file.fileDescriptor)
    #expect(try input.readAll() == "咳嗽\n\r\n")
  }

  @Test func bytesThatAreNotUTF8AreRefusedWithTheirPlace() throws {
    let file = try stream(Array("胸痛\n".utf8) + [0x61, 0xBF, 0xC8])
    var input = InputStream(descriptor: file.fileDescriptor)
    _ = try input.nextLine()
    var text: String?
    do { _ = try input.nextLine() } catch { text = error.sentence }
    #expect(
      text == "standard input is not UTF-8 at byte 8; convert it, for instance with iconv -f GB18030 -t UTF-8"
    )
  }
}
