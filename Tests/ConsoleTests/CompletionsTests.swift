import Foundation
import Testing

@testable import Console

@Suite struct CompletionsTests {
  /// What bash offers for a command line whose last word is being typed.
  private func offered(_ words: [String]) throws -> Set<String> {
    let script = """
      \(Shell.bash.completions(for: Sample.root))
      compopt() { :; }
      COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
      COMP_CWORD=\(words.count - 1)
      _program
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let bash = Process()
    bash.executableURL = URL(fileURLWithPath: "/bin/bash")
    bash.arguments = ["-c", script]
    bash.currentDirectoryURL = URL(fileURLWithPath: "/usr")
    let pipe = Pipe()
    bash.standardOutput = pipe
    try bash.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    bash.waitUntilExit()
    #expect(bash.terminationStatus == 0)
    return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  @Test func bashOffersVerbsStepsOptionsAndValues() throws {
    #expect(try offered(["program", "m"]) == ["make"])
    #expect(try offered(["program", "prepare", ""]) == ["split", "--help"])
    #expect(try offered(["program", "make", "--co"]) == ["--count"])
    #expect(try offered(["program", "make", "--device", ""]) == ["cpu", "cuda"])
    #expect(try offered(["program", "--completions", "f"]) == ["fish"])
    #expect(try offered(["program", "make", "-o", "li"]).contains("lib"))
    #expect(try offered(["program", "ask", "shar"]).contains("share"))
  }

  @Test func everyShellLearnsEveryVerbAndOption() {
    for shell in Shell.allCases {
      let script = shell.completions(for: Sample.root)
      for word in ["make", "ask", "prepare", "split", "count", "output", "device", "cuda", "help", "version"]
      {
        #expect(script.contains(word), "\(shell) lacks \(word)")
      }
    }
  }
}
