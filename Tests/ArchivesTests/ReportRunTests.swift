import Foundation
import Fusion
import Groundwork
import Imaging
import Reports
import Studies
import Testing

@testable import Archives

/// Whole runs with a tiny model over a tiny archive.
@Suite struct ReportRunTests {
  private let archive: Archive

  init() throws {
    archive = try Archive()
    try archive.dicom("a/1", [.reasonForStudy: "咳嗽三天"], seed: 1)
    try archive.dicom("a/2", [.viewPosition: "LL"], seed: 2)
    try archive.dicom(
      "HN4711/film", [.studyInstanceUID: "2.25.7", .patientName: "Wang^XiaoDong"], seed: 3)
    try archive.png("b.png")
    try archive.dicom("c", [.modality: "MR"], seed: 4)
    try archive.write("d.csv", "x")
  }

  private func run(
    _ changes: (inout ReportRun.Options) -> Void = { _ in }, model: String = "a1",
    progress: (RunSummary) throws -> Void = { _ in }
  ) throws -> RunSummary {
    var options = ReportRun.Options()
    options.batch = 2
    changes(&options)
    let run = try ReportRun(
      TinyModel.interpreter(), provenance: TinyModel.provenance(model: model), into: archive.output,
      options: options)
    var source = try FolderSource(
      archive.source, pseudonyms: ReportRun.pseudonyms(in: archive.output))
    return try run.run(&source, progress: progress)
  }

  private func index() throws -> [JSON] { try archive.lines("index.jsonl") }

  @Test func eachStudyGetsItsReportAndTheRestItsReason() throws {
    let summary = try run()
    #expect(summary.written == 3 && summary.refused == [.modality: 1, .notAnImage: 1])
    #expect(summary.looked == 6)
    let lines = try index()
    #expect(lines.count == 5)
    #expect(lines.compactMap { $0["reason"]?.string }.sorted() == ["modality", "not_an_image"])
    for line in lines where line["status"]?.string != "refused" {
      let files = try #require(line["files"]?.array).compactMap(\.string)
      for file in files { #expect(File.kind(of: Path.join(archive.output, file)) == .regular) }
      for name in ["report.json", "report.md", "report.html", "image.png"] {
        #expect(files.contains { $0.hasSuffix("/" + name) })
      }
      let key = try #require(line["key"]?.string)
      let json = try JSON(parsing: Array(archive.text("reports/\(key)/report.json").utf8))
      let report = try Report(parsing: json)
      #expect(report.uid == line["report_uid"]?.string)
      #expect(report.status.rawValue == line["status"]?.string)
      #expect(report.context.provenance.generated != TinyModel.provenance().generated)
      for evidence in report.findings.flatMap(\.evidence) {
        let map = try #require(evidence.heatmap)
        #expect(files.contains("reports/\(key)/\(map)"))
      }
    }
    let gallery = try archive.text("index.html")
    #expect(gallery.components(separatedBy: "<article").count == 4)
    #expect(!gallery.contains("<script"))
    let pair = try #require(lines.first { $0["pictures"]?.array?.count == 2 })
    #expect(pair["study_uid"]?.string == "2.25.100")
  }

  @Test func aSecondRunHasNothingToDo() throws {
    _ = try run()
    let journal = try archive.text("journal.jsonl")
    let pages = try archive.text("index.html")
    let summary = try run()
    #expect(summary.written == 0 && summary.present == 3 && summary.refusals == 2)
    #expect(try archive.text("journal.jsonl") == journal)
    #expect(try archive.text("index.html") == pages)
  }

  @Test func aRunThatDiedGoesOnWhereItStopped() throws {
    struct Killed: Error {}
    #expect(throws: Killed.self) {
      try run({ $0.batch = 1 }) { if $0.written == 1 { throw Killed() } }
    }
    try FileManager.default.createDirectory(
      atPath: Path.join(archive.output, "reports/.partial-x"), withIntermediateDirectories: true)
    let summary = try run()
    #expect(summary.written == 2 && summary.present == 1)
    let lines = try index()
    #expect(lines.count == 5 && Set(lines.compactMap { $0["key"]?.string }).count == 5)
    let reports = try File.list(Path.join(archive.output, "reports"))
    #expect(reports.count == 3 && !reports.contains { $0.hasPrefix(".") })
  }

  @Test func anotherModelOrOtherWordsMakeANewReport() throws {
    _ = try run()
    let before = try index().compactMap { $0["report_uid"]?.string }
    #expect(try run(model: "a2").written == 3)
    let after = try index().compactMap { $0["report_uid"]?.string }
    #expect(after.count == 3 && Set(before).isDisjoint(with: after))
    #expect(try File.list(Path.join(archive.output, "reports")).count == 3)
    try archive.write("b.txt", "fever")
    let summary = try run(model: "a2")
    #expect(summary.written == 1 && summary.present == 2)
    #expect(try archive.text("index.html").contains("fever"))
  }

  @Test func whatIsRepairedIsNoLongerRefused() throws {
    let whole = try Archive.dicom([.studyInstanceUID: "2.25.9"], seed: 9)
    try archive.write("e", Array(whole.prefix(whole.count - 400)))
    #expect(try run().refused[.damaged] == 1)
    try archive.write("e", whole)
    let summary = try run()
    #expect(summary.written == 1 && summary.refused[.damaged] == nil)
    #expect(try !index().contains { $0["reason"]?.string == "damaged" })
  }

  @Test func aLimitStopsAndTheNextRunGoesOn() throws {
    #expect(try run({ $0.limit = 2 }).written == 2)
    #expect(try index().filter { $0["report_uid"] != nil }.count == 2)
    #expect(try run({ $0.limit = 2 }).written == 1)
    #expect(try index().filter { $0["report_uid"] != nil }.count == 3)
  }

  @Test func onlyTheFormsAskedForAreWritten() throws {
    _ = try run({ $0.forms = [.json, .markdown] })
    let names = Set(try archive.outputFiles().map { Path.name(of: $0) })
    #expect(names.isSuperset(of: ["report.json", "report.md", "index.html"]))
    #expect(!names.contains("report.html"))
  }

  /// Neither in a file nor in the name of one.
  @Test func nothingThatIsWrittenNamesAPatient() throws {
    _ = try run()
    let files = try archive.outputFiles()
    #expect(files.count > 15)
    for file in files {
      let content = String(decoding: try File.read(Path.join(archive.output, file)), as: UTF8.self)
      for name in ["HN4711", "Wang^", "XiaoDong", "王^", "小东"] {
        #expect(!file.contains(name) && !content.contains(name), "\(file)")
      }
    }
  }

  @Test func imagesThatShowNothingAreRefused() throws {
    try archive.write(
      "e.png", PNGFile.encode(grey: [UInt8](repeating: 9, count: 6400), width: 80, height: 80))
    try archive.write("f.png", PNGFile.encode(grey: (0..<100).map { UInt8($0) }, width: 10, height: 10))
    try archive.write("g.txt", String(repeating: "咳", count: 2000))
    try archive.png("g.png")
    let refused = try run().refused
    #expect(refused[.blank] == 1 && refused[.tooSmall] == 1 && refused[.tooLong] == 1)
  }

  @Test func recordsAreASourceToo() throws {
    let records = Path.join(archive.source, "studies.jsonl")
    try archive.write(
      "studies.jsonl",
      """
      {"id":"s1","split":"test","complaint":{"text":"cough"},"images":[{"path":"b.png","view":"PA"}]}
      {"id":"s2","split":"train","images":[{"path":"b.png"}]}
      nonsense
      {"id":"s3","split":"test","images":[{"path":"missing.png"}]}
      {"id":"s4","split":"test","complaint":{"text":"发热"}}

      """)
    let run = try ReportRun(
      TinyModel.interpreter(), provenance: TinyModel.provenance(), into: archive.output)
    var source = try RecordSource(records, split: "test")
    let summary = try run.run(&source)
    #expect(summary.written == 2 && summary.refused == [.invalidRecord: 1, .unreadable: 1])
    let lines = try index()
    let missing = try #require(lines.first { $0["reason"]?.string == "unreadable" })
    #expect(missing["detail"]?.string?.contains(archive.path) == false)
    let bare = try #require(lines.first { $0["pictures"]?.array?.isEmpty == true })
    let report = try archive.text("reports/\(try #require(bare["key"]?.string))/report.md")
    #expect(report.contains("No image was seen"))
  }

  @Test(arguments: [TaskConfiguration.Answer.none, .text])
  func aModelWithoutReportsGivesPlainAnswers(task: TaskConfiguration.Answer) throws {
    let run = try ReportRun(
      TinyModel.interpreter(answer: task), provenance: TinyModel.provenance(), into: archive.output)
    var source = try FolderSource(
      archive.source, pseudonyms: ReportRun.pseudonyms(in: archive.output))
    #expect(try run.run(&source).written == 3)
    for line in try index() where line["status"]?.string != "refused" {
      #expect(line["status"]?.string == "answered" && ["J18.9", "J90"].contains(line["class"]?.string))
      let key = try #require(line["key"]?.string)
      let json = try JSON(parsing: Array(archive.text("reports/\(key)/answer.json").utf8))
      let answer = try #require(PlainAnswer(parsing: json))
      #expect(answer.text.isEmpty == (task == .none) && answer.findings.count == 3)
      let probabilities = answer.classes.map(\.probability)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      #expect(try archive.text("reports/\(key)/answer.md").contains("Not for diagnosis"))
    }
    let gallery = try archive.text("index.html")
    #expect(gallery.components(separatedBy: "<article").count == 4 && gallery.contains("answer.json"))
  }

  @Test func aLongGalleryHasSeveralPages() throws {
    _ = try run()
    let directory = try ReportDirectory(archive.output)
    try ArchiveIndex(directory: directory, pageSize: 2).write()
    #expect(try archive.text("index.html").components(separatedBy: "<article").count == 3)
    #expect(try archive.text("index-2.html").components(separatedBy: "<article").count == 2)
    #expect(try archive.text("index.html").contains("href=\"index-2.html\""))
    try ArchiveIndex(directory: directory, pageSize: 50).write()
    #expect(File.kind(of: Path.join(archive.output, "index-2.html")) == nil)
  }
}
