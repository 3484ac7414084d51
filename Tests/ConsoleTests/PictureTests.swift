import Testing

@testable import Console

@Suite struct TerminalPictureTests {
  @Test func withoutColourLettersRiseWithTheLight() throws {
    let ramp = (0..<10).map { Float($0) / 9 }
    let picture = try TerminalPicture(width: 10, height: 2, grey: ramp + ramp)
    #expect(picture.text(on: Terminal()) == " .:-=+*#%@\n")
  }

  @Test func colourDrawsTwoPixelsACell() throws {
    let picture = try TerminalPicture(width: 2, height: 2, grey: [0, 1, 1, 0])
    #expect(
      picture.text(on: Terminal(colours: .full)) == "\u{1B}[38;2;0;0;0m\u{1B}[48;2;255;255;255m▀"
        + "\u{1B}[38;2;255;255;255m\u{1B}[48;2;0;0;0m▀\u{1B}[0m\n")
    #expect(
      picture.text(on: Terminal(colours: .indexed)) == "\u{1B}[38;5;16m\u{1B}[48;5;231m▀"
        + "\u{1B}[38;5;231m\u{1B}[48;5;16m▀\u{1B}[0m\n")
  }

  @Test func heatIsRedOverGrey() throws {
    let picture = try TerminalPicture(width: 1, height: 2, grey: [0.5, 0.5], heat: [1, 0])
    #expect(
      picture.text(on: Terminal(colours: .full))
        == "\u{1B}[38;2;210;45;45m\u{1B}[48;2;128;128;128m▀\u{1B}[0m\n")
  }

  @Test(arguments: [(1000, 1000), (3000, 1000), (1000, 3000), (7, 5), (1, 1), (1, 400), (400, 1)])
  func picturesFitTheTerminalAndKeepTheirAspect(width: Int, height: Int) throws {
    let picture = try TerminalPicture(
      width: width, height: height, grey: [Float](repeating: 0.5, count: width * height))
    let terminal = Terminal(isInteractive: true, columns: 100, rows: 40)
    let lines = picture.text(on: terminal).split(separator: "\n")
    let columns = lines.map { DisplayWidth.of($0) }.max() ?? 0
    #expect(columns <= min(100, width) && lines.count <= 38)
    if width >= 500, height >= 500 {
      let aspect = Double(lines.count) * 2 / Double(columns)
      #expect(abs(aspect / (Double(height) / Double(width)) - 1) < 0.06)
    }
  }

  @Test func valuesOutOfRangeAreClampedAndWrongCountsRefused() throws {
    let picture = try TerminalPicture(width: 2, height: 2, grey: [.nan, 9, -.infinity, 9])
    #expect(picture.text(on: Terminal()) == " @\n")
    #expect(throws: ConsoleError.self) { try TerminalPicture(width: 2, height: 2, grey: [0]) }
    #expect(throws: ConsoleError.self) { try TerminalPicture(width: Int.max, height: 2, grey: [0]) }
    #expect(throws: ConsoleError.self) { try TerminalPicture(width: 0, height: 0, grey: []) }
  }

  @Test func everyGreyHasANearPlaceInThePalette() {
    for level in 0...255 {
      let index = TerminalColour(grey: Float(level) / 255, heat: 0).index
      let shown = index == 16 ? 0 : index == 231 ? 255 : 8 + 10 * (index - 232)
      #expect(abs(shown - level) <= 8, "\(level) is shown as \(shown)")
    }
  }
}

@Suite struct CurveTests {
  @Test func sparklinesShowTheShape() {
    #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], columns: 20) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.text([0, 0, 4, 4, 8, 8], columns: 3) == "▁▅█")
    #expect(Sparkline.text([1, .nan, 1], columns: 9) == "▁ ▁")
    #expect(Sparkline.text([0, 7], columns: 9, on: Terminal(showsUnicode: false)) == "_#")
    #expect(Sparkline.text([], columns: 9) == "")
  }

  @Test func plotsHaveTheirExtremesAtTheSide() {
    let text = LinePlot("loss", (0..<100).map { 3 - Double($0) / 50 }).text(
      rows: 4, on: Terminal(columns: 30))
    #expect(
      text == """
        loss
        3.0000 │⠉⠓⠲⢤⣀⡀
               │     ⠉⠙⠒⠦⣄⣀
               │          ⠈⠉⠓⠲⢤⣀⡀
        1.0200 │                ⠉⠙⠒⠦⢤

        """)
  }

  @Test func plotsWithoutUnicodeUseStars() {
    let text = LinePlot("loss", [1, 0]).text(rows: 2, on: Terminal(columns: 14, showsUnicode: false))
    #expect(text == "loss\n1.0000 |*   *\n0.0000 |    *\n")
    #expect(LinePlot("loss", [.nan]).text() == "loss: no values\n")
  }
}

@Suite struct TerminalTests {
  @Test(arguments: [
    (["TERM": "xterm-256color"], Terminal.Colours.indexed), (["TERM": "xterm"], .basic),
    (["TERM": "xterm-256color", "COLORTERM": "truecolor"], .full),
    (["TERM": "dumb", "COLORTERM": "truecolor"], .none),
    (["TERM": "xterm-256color", "NO_COLOR": "1"], .none), (["TERM": "xterm", "NO_COLOR": ""], .basic),
    ([:], .none),
  ])
  func coloursFollowTheEnvironment(variables: [String: String], colours: Terminal.Colours) {
    #expect(Terminal.colours { variables[$0] } == colours)
  }

  @Test(arguments: [
    (["LANG": "zh_CN.UTF-8"], true), (["LANG": "zh_CN.GB18030"], false),
    (["LANG": "C.UTF-8", "LC_ALL": "C"], false),
    (["LC_ALL": "", "LC_CTYPE": "en_US.utf8"], true), ([:], false),
  ])
  func charactersFollowTheLocale(variables: [String: String], unicode: Bool) {
    #expect(Terminal.showsUnicode { variables[$0] } == unicode)
  }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_048_575, "1.0 MiB"), (25_276_510_208, "23.5 GiB"),
    (Int.max, "8.0 EiB"),
  ])
  func byteCountsAreShort(bytes: Int, text: String) {
    #expect(ByteCount.text(bytes) == text)
  }
}
