import Synchronization
import Testing

@testable import Console

/// A clock that tests move, and what was written.
private final class Stage: Sendable {
  let seconds = Mutex(100.0)
  let written = Mutex("")

  func pass(_ duration: Double) { seconds.withLock { $0 += duration } }
  var text: String { written.withLock { $0 } }

  func progress(_ state: ProgressState, on terminal: Terminal, quiet: Bool = false) -> Progress {
    Progress(
      state, terminal: terminal, quiet: quiet, clock: { self.seconds.withLock { $0 } },
      write: { text in self.written.withLock { $0 += text } })
  }
}

@Suite struct ProgressTests {
  private let screen = Terminal(isInteractive: true, columns: 80)

  @Test func theBarFitsTheTerminalAndSaysRateAndTimeLeft() {
    var state = ProgressState("synthesize", .things("studies"), total: 200)
    state.update(completed: 50, elapsed: 10)
    #expect(
      ProgressLine.bar(state, on: screen)
        == "synthesize  ━━━━━━────────────────────  25 %  50/200 studies  5.00/s  0:30 left")
    for columns in 10...120 {
      let line = ProgressLine.bar(state, on: Terminal(isInteractive: true, columns: columns))
      #expect(DisplayWidth.of(line) < max(11, columns))
    }
  }

  @Test func trainingShowsItsNumbersBesideTheBar() {
    var state = ProgressState("train", .things("steps"), total: 2000, completed: 500)
    state.values = [.init("loss", "2.3104"), .init("tokens/s", "12.1k"), .init("images/s", "8.3")]
    state.update(completed: 620, elapsed: 60)
    #expect(
      ProgressLine.bar(state, on: Terminal(isInteractive: true, columns: 120)).hasSuffix(
        "  31 %  620/2000 steps  loss 2.3104  tokens/s 12.1k  images/s 8.3  2.00/s  11:30 left"))
    #expect(
      ProgressLine.plain(state)
        == "train: 620/2000 steps (31 %), loss 2.3104, tokens/s 12.1k, images/s 8.3, 2.00/s, 11:30 left")
  }

  @Test func bytesAndUnknownTotalsReadWell() {
    var state = ProgressState("studies.jsonl", .bytes, total: 3 << 30)
    state.update(completed: 1 << 30, elapsed: 4)
    #expect(ProgressLine.plain(state) == "studies.jsonl: 1.0 GiB of 3.0 GiB (33 %), 256.0 MiB/s, 0:08 left")
    var open = ProgressState("scan", .things("files"), total: nil)
    open.update(completed: 3, elapsed: 60)
    #expect(ProgressLine.bar(open, on: screen) == "scan  3 files  3.00 files/min  1:00")
  }

  @Test func theRateIsThatOfTheLastHalfMinute() {
    var state = ProgressState("x", .things("steps"), total: 10_000)
    for second in 1...100 { state.update(completed: second, elapsed: Double(second)) }
    for second in 101...160 { state.update(completed: 100 + (second - 100) * 10, elapsed: Double(second)) }
    #expect(abs((state.rate ?? 0) - 10) < 0.01)
  }

  @Test func nothingIsShownForShortWork() {
    for terminal in [screen, Terminal()] {
      let stage = Stage()
      let progress = stage.progress(ProgressState("x", .things("studies"), total: 10), on: terminal)
      for _ in 0..<10 {
        stage.pass(0.15)
        progress.advance()
      }
      progress.finish()
      #expect(stage.text.isEmpty)
    }
  }

  @Test func aTerminalIsDrawnOverTenTimesASecondAtMost() {
    let stage = Stage()
    let progress = stage.progress(ProgressState("x", .things("studies"), total: 1000), on: screen)
    for _ in 0..<1000 {
      stage.pass(0.01)
      progress.advance()
    }
    progress.finish()
    let drawn = stage.text.split(separator: "\r")
    #expect(drawn.count > 60 && drawn.count < 90)
    #expect(stage.text.hasSuffix("\r\u{1B}[Kx: 1000 studies in 0:10 (100/s)\n"))
  }

  @Test func aFileGetsALineNowAndThen() {
    let stage = Stage()
    let progress = stage.progress(ProgressState("x", .things("studies"), total: 3000), on: Terminal())
    for _ in 0..<3000 {
      stage.pass(0.1)
      progress.advance()
    }
    progress.finish()
    let lines = stage.text.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(lines.first?.hasSuffix("/3000 studies (0 %), 10.0/s, 4:58 left") == true)
    #expect(!stage.text.contains("\r"))
  }

  @Test func notesStandAboveTheBar() {
    let stage = Stage()
    let progress = stage.progress(ProgressState("x", .things("steps"), total: 10), on: screen)
    stage.pass(3)
    progress.update(completed: 1)
    progress.note("evaluation: loss 2.1")
    #expect(stage.text.contains("\r\u{1B}[Kevaluation: loss 2.1\n\r"))
  }

  @Test func quietIsQuiet() {
    let stage = Stage()
    let progress = stage.progress(ProgressState("x", .things("steps"), total: 10), on: screen, quiet: true)
    stage.pass(30)
    progress.update(completed: 5, values: [.init("loss", "1")])
    progress.note("note")
    progress.finish()
    #expect(stage.text.isEmpty)
  }

  @Test(arguments: [
    (0.4, "0:00"), (59.6, "1:00"), (3725, "1:02:05"), (266_700, "3 d 2:05:00"), (Double.infinity, "long"),
    (-1, "0:00"),
  ])
  func durationsReadAsOnAClock(seconds: Double, text: String) {
    #expect(ProgressLine.duration(seconds) == text)
  }
}
