import Testing

@testable import Console

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("plain", 5), ("胸腔积液", 8), ("CT检查", 6), ("，。", 4), ("ｆｕｌｌ", 8), ("ｶﾅ", 2), ("한글", 4),
    ("e\u{301}", 1), ("é", 1), ("\u{1112}\u{1161}\u{11AB}", 2), ("a\u{200B}b", 2), ("\u{7}", 0), ("\t", 0),
    ("🫁", 2), ("👨‍👩‍👧", 2), ("🇨🇳", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("–…", 2), ("𠮷", 2), ("«Ö»", 3),
    ("\u{0E33}", 1),
  ])
  func widthsAreThoseOfATerminal(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test func rangesOfWideScalarsAreInOrder() {
    for (before, after) in zip(DisplayWidth.wideRanges, DisplayWidth.wideRanges.dropFirst()) {
      #expect(before.first <= before.last && before.last < after.first)
    }
    #expect(DisplayWidth.of(Unicode.Scalar(0x4E00 as UInt32) ?? "a") == 2)
    #expect(DisplayWidth.of(Unicode.Scalar(0x10FFFF as UInt32) ?? "a") == 1)
  }

  @Test func cuttingKeepsWholeCharacters() {
    #expect(DisplayWidth.truncated("胸腔积液", to: 8) == "胸腔积液")
    #expect(DisplayWidth.truncated("胸腔积液", to: 7) == "胸腔积…")
    #expect(DisplayWidth.truncated("胸腔积液", to: 6) == "胸腔…")
    #expect(DisplayWidth.truncated("胸腔", to: 1) == "…")
    #expect(DisplayWidth.truncated("胸腔", to: 0) == "")
  }

  @Test func textFromFilesCannotSteerTheTerminal() {
    #expect(DisplayWidth.printable("a\u{1B}[2J\u{9B}b\u{202E}c") == "a�[2J�b�c")
  }
}

@Suite struct TableTests {
  private func table() -> Table {
    var table = Table(columns: [.init("finding"), .init("所见"), .init("n", .right)])
    table.add("Pleural effusion", "胸腔积液", "12")
    table.add("Nodule", "结节")
    return table
  }

  @Test func columnsLineUpUnderChineseText() {
    #expect(
      table().text() == """
        finding           所见       n
        ────────────────  ────────  ──
        Pleural effusion  胸腔积液  12
        Nodule            结节

        """)
  }

  @Test func onANarrowTerminalTheWidestColumnGivesWay() {
    let text = table().text(on: Terminal(isInteractive: true, columns: 24))
    #expect(text.split(separator: "\n").allSatisfy { DisplayWidth.of($0) <= 24 })
    #expect(text.contains("\nPleural e…  胸腔积液  12\n"))
  }

  @Test func cellsCannotBreakTheTable() {
    var table = Table(columns: [.init(""), .init("")])
    table.add("two\nlines", "\u{1B}[31m", "beyond")
    #expect(table.text() == "two lines  �[31m\n")
  }
}
