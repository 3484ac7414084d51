import Groundwork
import Testing

@testable import Console

@Suite struct ArgumentsTests {
  @Test func optionsBecomeTypedValues() throws {
    let arguments = try Sample.arguments(
      "make", "--count=4", "-o", "out", "--set", "a=1", "--set=b=2", "--seed", "18446744073709551615",
      "--json",
      "--rate", "1e-3", "--device", "cuda")
    #expect(try arguments[Sample.count] == 4)
    #expect(try arguments[Sample.output] == "out")
    #expect(try arguments[Sample.setting] == ["a=1", "b=2"])
    #expect(try arguments[Sample.seed] == UInt64.max)
    #expect(try arguments[Sample.rate] == 0.001)
    #expect(try arguments[Sample.device] == "cuda")
    #expect(try arguments[CommonOption.json])
    #expect(try !arguments[CommonOption.quiet])
    #expect(arguments.path == "program make")
  }

  @Test func absentOptionsTakeTheirDefaults() throws {
    let arguments = try Sample.arguments("make", "--output", "out")
    #expect(try arguments[Sample.count] == 16)
    #expect(try arguments[Sample.seed] == nil)
    #expect(try arguments[Sample.setting] == [])
    #expect(!arguments.has(Sample.count))
    #expect(arguments.has(Sample.output))
  }

  @Test func operandsGoInOrderAndTheRestIsCollected() throws {
    let arguments = try Sample.arguments("ask", "model", "--", "--odd name.png", "-", "第二张.png")
    #expect(try arguments[Sample.model] == "model")
    #expect(try arguments[Sample.images] == ["--odd name.png", "-", "第二张.png"])
  }

  @Test func negativeNumbersAreNoOptions() throws {
    #expect(try Sample.arguments("ask", "-1.5")[Sample.model] == "-1.5")
  }

  @Test(arguments: [
    (["mke"], "program has no \"mke\"; did you mean make?; program --help lists what it has"),
    (["xyzzy"], "program has no \"xyzzy\"; program --help lists what it has"),
    ([], "program needs one of: make, ask, prepare; program --help says what each does"),
    (["prepare"], "program prepare needs one of: split; program prepare --help says what each does"),
    (
      ["prepare", "slpit"],
      "program prepare has no \"slpit\"; did you mean split?; program prepare --help lists what it has"
    ),
    (["make"], "program make needs --output DIR; program make --help shows an example"),
    (
      ["make", "--otput", "x"],
      "program make has no option --otput; did you mean --output?; program make --help lists them"
    ),
    (["make", "-o"], "--output needs a value: --output DIR"),
    (["make", "-o", "--json"], "--output needs a value: --output DIR"),
    (["make", "-o", ""], "--output takes a directory, not \"\""),
    (["make", "-o", "x", "--count", "many"], "--count takes a whole number from 1 to 1000, not \"many\""),
    (["make", "-o", "x", "--count", "0"], "--count takes a whole number from 1 to 1000, not \"0\""),
    (
      ["make", "-o", "x", "--count", "99999999999999999999"],
      "--count takes a whole number from 1 to 1000, not \"99999999999999999999\""
    ),
    (["make", "-o", "x", "--seed", "-1"], "--seed takes a whole number of at least 0, not \"-1\""),
    (["make", "-o", "x", "--rate", "nan"], "--rate takes a number from 0.0 to 1.0, not \"nan\""),
    (["make", "-o", "x", "--device", "tpu"], "--device takes one of cpu, cuda, not \"tpu\""),
    (["make", "-o", "x", "--json=yes"], "--json takes no value; write --json alone"),
    (["make", "-o", "x", "--json", "--json"], "--json is given twice; give it once"),
    (["make", "-o", "x", "--output", "y"], "--output is given twice; give it once"),
    (
      ["make", "-o", "x", "stray"],
      "program make does not know what to do with \"stray\"; a value with spaces needs quotes, and program make --help shows an example"
    ),
    (["ask"], "program ask needs MODEL; program ask --help shows an example"),
    (["--json", "make"], "program needs one of: make; program --help says what each does"),
    (["--versoin"], "program has no option --versoin; did you mean --version?; program --help lists them"),
    (["--completions"], "--completions needs a value: --completions bash|zsh|fish"),
    (["--completions", "tcsh"], "--completions takes one of bash, zsh, fish, not \"tcsh\""),
    (
      ["--version", "now"],
      "program does not know what to do with \"now\"; a value with spaces needs quotes, and program --help shows an example"
    ),
  ])
  func wrongCommandLinesSayWhatToDo(words: [String], expected: String) {
    #expect(sentence { _ = try Arguments.request(words, of: Sample.root) } == expected)
  }

  @Test func controlCharactersOfACommandLineDoNotReachTheTerminal() {
    let text = sentence {
      _ = try Arguments.request(
        ["make", "-o", "x", "\u{1B}[31m" + String(repeating: "长", count: 99)], of: Sample.root)
    }
    #expect(text?.contains("\u{1B}") == false)
    #expect(text?.contains("�[31m长") == true)
    #expect(text?.contains("…") == true)
  }

  @Test func aParameterThatIsNotDeclaredIsOurBug() throws {
    let arguments = try Sample.arguments("ask", "model")
    let error = #expect(throws: ConsoleError.self) { try arguments[Sample.count] }
    #expect(error?.fault == .software)
  }

  /// Whatever is typed, the answer is a request or an error, never a trap.
  @Test func anyMixtureOfWordsIsUnderstoodOrRefused() {
    let words = [
      "make", "ask", "prepare", "split", "--", "-", "-o", "--output", "--output=", "--=", "---", "=", "",
      "--count", "--count=7",
      "--json", "--help", "-h", "--set", "a=b", "99999999999999999999", "-9", "发热", "\u{0}", "--version",
      "--completions",
    ]
    var generator = PhiloxGenerator(seed: 5)
    var understood = 0
    for _ in 0..<4000 {
      let count = Int.random(in: 0...6, using: &generator)
      let line = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
      if (try? Arguments.request(line, of: Sample.root)) != nil { understood += 1 }
    }
    #expect(understood > 100)
  }
}
