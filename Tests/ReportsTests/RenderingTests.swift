import Foundation
import Groundwork
import Imaging
import Studies
import Testing

@testable import Reports

@Suite struct RenderingTests {
  static let hostile = "<script>alert(1)</script> | **x** `y` \u{1B}[31m\n# z"

  static var hostileReport: Report {
    var context = Examples.context
    context.complaint = Complaint(text: hostile, language: .english)
    return Report(draft: Examples.draft, support: Examples.support, context: context)
  }

  /// Each text in the language, and none of the other.
  @Test(arguments: ReportLanguage.allCases)
  func everyFormSaysWhatTheReportSays(language: ReportLanguage) {
    let report = Examples.report
    let forms = [
      report.markdown(language: language), report.plainText(language: language, columns: 400),
    ]
    let texts =
      report.findings.filter(\.isPositive).map(\.text) + report.impression.map(\.text)
      + report.recommendation.map(\.text)
      + report.limits.map(\.text) + [Report.notice, report.critical[0].rule.name]
    for form in forms {
      for text in texts {
        #expect(form.contains(text.chinese) == (language != .english), "\(text.chinese)")
        #expect(form.contains(text.english) == (language != .chinese), "\(text.english)")
      }
      #expect(form.contains("J18.9") && form.contains("0.87"))
      #expect(form.contains("lightbox test"))
    }
  }

  @Test func redFlagsStandBeforeEverythingClinical() throws {
    let report = Examples.report
    for form in [
      report.markdown(), report.plainText(), GalleryPage.page(of: .init(report: report, title: "s1")),
    ] {
      let flag = try #require(form.range(of: "massive pleural effusion"))
      let impression = try #require(form.range(of: "Impression"))
      #expect(flag.lowerBound < impression.lowerBound)
    }
  }

  @Test func theMarkdownHasATableOfFindingsWithModelAndDigest() {
    let lines = Examples.report.markdown(language: .english).split(separator: "\n").map(String.init)
    #expect(
      lines.contains("| f1 | Pleural effusion | present | left | – | severe | 0.87 | high | no prior |"))
    #expect(
      lines.contains(
        "| f3 | Nodule | uncertain | left | upper zone of lung | mild | 0.44 | moderate | no prior |"))
    #expect(lines.contains("- Model digest: \(String(repeating: "12", count: 32))"))
  }

  @Test func outsideTextHasNoMeaningInAnyForm() {
    let report = Self.hostileReport
    let markdown = report.markdown()
    #expect(!markdown.contains("<script>") && !markdown.contains("**x**") && !markdown.contains("\n# z"))
    let html = GalleryPage.page(of: .init(report: report, title: Self.hostile))
    #expect(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)"))
    #expect(!report.plainText().contains("\u{1B}"))
    #expect(report.plainText(isColoured: true).contains("\u{1B}[1;31m"))
  }

  @Test(arguments: [24, 40, 80])
  func linesOfATerminalKeepWithinItsColumns(columns: Int) {
    let text = Examples.report.plainText(columns: columns)
    for line in text.split(separator: "\n") {
      // Headings and single long words stand as they are.
      guard line.hasPrefix("  "), !line.contains("test") else { continue }
      #expect(TextWrapping.width(String(line)) <= columns, "\(line)")
    }
  }

  @Test func chineseWrapsByCharacterButNotBeforePunctuation() {
    #expect(TextWrapping.lines("左侧大量胸腔积液。", columns: 8) == ["左侧大量", "胸腔积", "液。"])
    #expect(TextWrapping.lines("large left effusion", columns: 11) == ["large left", "effusion"])
    #expect(TextWrapping.width("肺a") == 3)
  }

  @Test func anAbstainedOrRejectedReportSaysSoFirst() {
    let abstained = Report(abstaining: .init([.view]), context: Examples.context)
    for form in [abstained.markdown(), abstained.plainText(columns: 200)] {
      #expect(form.contains("No reading was made: the view is outside the intended use."))
      #expect(!form.contains("Impression"))
    }
    var rejected = Examples.report
    rejected.status = .rejected
    #expect(rejected.markdown().contains("This report contradicts itself and is void."))
    #expect(GalleryPage.page(of: .init(report: rejected, title: "s1")).contains("is void"))
  }

  @Test func aGalleryStreamsItsEntriesIntoOneSelfContainedPage() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appendingPathComponent("gallery.html").path
    let page = try GalleryPage(path)
    for number in 0..<3 {
      try page.add(
        .init(
          report: Examples.report, title: "s\(number)",
          pictures: [
            .init(
              .embedded([0x89, 0x50, 0x4E, 0x47]),
              overlays: [
                .init(
                  findingID: "f1", picture: .embedded([1, 2]),
                  boxes: [PixelBox(x: 0.602, y: 0.5458, width: 0.201, height: 0.12)])
              ])
          ]))
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    try page.finish()
    let html = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.count == 3)
    #expect(html.components(separatedBy: "<article").count == 4)
    #expect(html.contains("data:image/png;base64,iVBORw=="))
    #expect(html.contains("id=e3-f1") && html.contains("for=e3-f1"))
    #expect(html.contains("left:60.20%;top:54.58%;width:20.10%;height:12.00%"))
    // Nothing is fetched: no address, no script, no style sheet.
    for forbidden in ["http:", "https:", "<script", "<link", "url(", "@import", "src=\"/"] {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["gallery.html"])
  }

  @Test func everyElementOfThePageIsClosed() {
    let html = GalleryPage.page(
      of: .init(
        report: Examples.report, title: "s1",
        pictures: [.init(.embedded([1]), overlays: [.init(findingID: "f1", picture: .embedded([2]))])]))
    var open: [Substring] = []
    for tag in html.matches(of: /<(\/?)([a-z][a-z0-9]*)[^>]*>/).map(\.output) {
      if ["meta", "img", "input"].contains(tag.2) { continue }
      if tag.1.isEmpty { open.append(tag.2) } else { #expect(open.popLast() == tag.2) }
    }
    #expect(open.isEmpty)
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func base64IsThatOfTheStandard(text: String, expected: String) {
    #expect(Base64.encode(Array(text.utf8)) == expected)
  }

  /// A model is never certain, whatever its rounding says.
  @Test(arguments: [(0.0004, "<0.01"), (0.01, "0.01"), (0.875, "0.88"), (0.99, "0.99"), (0.9999, ">0.99")])
  func noProbabilityIsNoughtOrOne(value: Double, words: String) {
    #expect(ReportWords.probability(value) == words)
  }
}
