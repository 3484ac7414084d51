import Foundation
import Groundwork
import Testing

@testable import Console
@testable import lightbox

@Suite struct CommandLineTests {
  @Test func theProgramHelpsAndNamesItsVersion() throws {
    let help = try Binary.run("--help")
    #expect(help.code == 0 && help.messages.isEmpty)
    #expect(
      help.output.hasPrefix("lightbox: trains on radiographs and complaints, and writes structured reports\n")
    )
    for verb in Lightbox.verbs { #expect(help.output.contains("\n  \(verb.name) ")) }
    #expect(try Binary.run("--version").output == "lightbox \(Lightbox.version)\n")
  }

  /// The commands that do something, with the words that lead to them.
  private static func working(_ command: Command, _ words: [String] = []) -> [(
    words: [String], command: Command
  )] {
    command.steps.isEmpty ? [(words, command)] : command.steps.flatMap { working($0, words + [$0.name]) }
  }

  /// Every command explains itself, and gives an example that its own parser takes.
  @Test func everyCommandHasHelpWithARealExample() throws {
    for (words, command) in Self.working(Lightbox.program.root) {
      let help = try Binary.run(words + ["--help"])
      #expect(help.code == 0)
      #expect(help.output.contains("Usage: lightbox \(words.joined(separator: " "))"))
      #expect(!command.examples.isEmpty && !command.summary.contains("\n"), "\(words)")
      for example in command.examples {
        let line = try #require(example.line.split(separator: "|").last { $0.contains("lightbox") })
        let start = try #require(line.range(of: "lightbox "))
        let plain = line[start.upperBound...].prefix { $0 != ">" && $0 != "<" }
        _ = try Arguments.request(Self.shellWords(String(plain)), of: Lightbox.program.root)
      }
    }
  }

  /// Splits at spaces outside quotes.
  private static func shellWords(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character == " " {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  @Test func wrongUseEndsWith64AndOneSentence() throws {
    let unknown = try Binary.run("docter")
    #expect(unknown.code == 64)
    #expect(
      unknown.messages
        == "lightbox: lightbox has no \"docter\"; did you mean doctor?; lightbox --help lists what it has\n")
    let option = try Binary.run("inspect", "x", "--jsom")
    #expect(option.code == 64)
    #expect(
      option.messages
        == "lightbox: lightbox inspect has no option --jsom; did you mean --json?; lightbox inspect --help lists them\n"
    )
    #expect(try Binary.run().code == 64)
  }

  @Test func missingDataEndWith65AndJSONIfAsked() throws {
    let result = try Binary.run("inspect", "no/such/file.dcm", "--json")
    #expect(result.code == 65 && result.output.isEmpty)
    let error = try JSON(parsing: result.messages)
    #expect(
      error["error"]?.string == "cannot inspect no/such/file.dcm: No such file or directory; check the path")
    #expect(error["exit_code"]?.integer == 65)
  }

  @Test func aFullDiskEndsWith74() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Binary.path)
    process.arguments = ["doctor"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func completionsComeForEveryShell() throws {
    for shell in ["bash", "zsh", "fish"] {
      let result = try Binary.run("--completions", shell)
      #expect(result.code == 0 && result.output.contains("inspect"))
    }
  }

  /// The best of several runs, so that a busy machine does not fail it; thirty milliseconds is the promise.
  @Test func helpAppearsAtOnce() throws {
    var best = Double.infinity
    for _ in 0..<10 {
      let start = monotonicSeconds()
      try Binary.run("--help")
      best = min(best, monotonicSeconds() - start)
    }
    #expect(best < 0.1)
  }
}
