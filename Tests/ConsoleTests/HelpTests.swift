import Testing

@testable import Console

@Suite struct HelpTests {
  @Test func helpOfAVerbShowsUsageDefaultsAndAnExample() throws {
    let text = try Sample.run("make", "--help").output
    #expect(
      text == """
        program make: makes studies

        Makes studies that look like radiographs, with a complaint each. 每份检查都有主
        诉。

        Usage: program make -o DIR [--count N] [--seed S] [--set KEY=VALUE ...]
                            [--device NAME] [--rate X] [--json] [--quiet]

        Options:
          --count N         how many studies (default: 16)
          --seed S          start of the random numbers
          -o, --output DIR  where to write
          --set KEY=VALUE   replaces a setting (may be given several times)
          --device NAME     where to compute
          --rate X          learning rate (default: 0.5)
          --json            answer in JSON on standard output
          --quiet           no progress on standard error
          --help            show this

        Example:
          Four studies:
            program make -o studies --count 4

        """)
  }

  @Test func helpOfTheProgramListsItsVerbs() throws {
    let text = try Sample.run("--help").output
    #expect(
      text == """
        program: does things

        Usage: program COMMAND ...

        Commands:
          make     makes studies
          ask      asks a model
          prepare  prepares data

        Options:
          --help               show this
          --version            show the version
          --completions SHELL  print completions for bash, zsh or fish

        program COMMAND --help says more about one.

        """)
  }

  @Test func helpCanBeAskedForInWords() throws {
    #expect(try Sample.run("help", "make").output == Sample.run("make", "--help").output)
    #expect(try Sample.run("help").output == Sample.run("--help").output)
    #expect(try Sample.run("help", "mkae").code == 64)
  }

  @Test func helpOfAVerbWithOperandsNamesThem() throws {
    let text = try Sample.run("ask", "-h").output
    #expect(
      text == """
        program ask: asks a model

        Usage: program ask MODEL [IMAGE ...]

        Operands:
          MODEL  a model directory
          IMAGE  radiographs

        Options:
          --help  show this

        """)
  }

  @Test func helpOfAStepThatHasStepsNamesTheWay() throws {
    #expect(try Sample.run("prepare", "--help").output.contains("Usage: program prepare COMMAND ..."))
    #expect(
      try Sample.run("prepare", "split", "--help").output.hasPrefix(
        "program prepare split: splits by patient\n"))
  }

  @Test func helpNeverGoesBeyondItsWidth() {
    for columns in [48, 57, 80, 100] {
      let text = Sample.make.help(path: "program make", columns: columns)
      let widest = text.split(separator: "\n").map { DisplayWidth.of($0) }.max() ?? 0
      #expect(widest <= columns)
    }
  }

  @Test func chineseTextBreaksAnywhereButNotBeforePunctuation() {
    #expect(TextBlock.wrapped("胸痛三天，无发热。", to: 8) == "胸痛三\n天，无发\n热。")
    #expect(TextBlock.wrapped("双肺 clear 清晰", to: 10) == "双肺 clear\n清晰")
    #expect(TextBlock.wrapped("a\n\n  as it stands  here", to: 5) == "a\n\n  as it stands  here")
  }
}
