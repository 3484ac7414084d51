import Foundation
import Groundwork
import Reports
import Testing

/// `lightbox report` and `lightbox ask` with a model that `lightbox train` made a moment ago of phantoms.
@Suite struct ReportAndAskTests {
  /// Trained once for all tests.
  private static let trained = Result { try Trained() }
  private static let path = NSTemporaryDirectory() + "lightbox-report-" + UUID().uuidString

  private final class Trained: Sendable {
    let path: String
    var studies: String { Path.join(path, "phantoms/studies.jsonl") }
    var images: String { Path.join(path, "phantoms/images") }

    init() throws {
      path = ReportAndAskTests.path
      atexit { try? File.remove(ReportAndAskTests.path) }
      try File.createDirectory(path)
      try Binary.run(
        "synthesize", "-o", Path.join(path, "phantoms"), "--count", "16", "--size", "96", "--seed", "5")
      for (name, target) in [("reporter", "report"), ("classifier", "none")] {
        let recipe = """
          schema: recipe/1
          name: \(name)
          seed: 3
          data: {path: \(Path.join(path, "phantoms/studies.jsonl")), image_size: 32, context: 768, target: \(target)}
          model:
            text: {hidden: 16, layers: 1, heads: 2, key_value_heads: 1, feed_forward: 24, vocabulary: 700}
            vision: {stem: [4, 6, 8], patch: 8, width: 16, layers: 1, heads: 2, feed_forward: 24}
            fusion: {every: 1, heads: 2, feed_forward: 24}
          heads: {findings: true, classes: diagnosis}
          training: {epochs: 1, batch: 4}
          """
        let file = Path.join(path, "\(name).yaml")
        try File.writeAtomically(file, recipe)
        let result = try Binary.run("train", file, "-o", Path.join(path, name), "--quiet")
        guard result.code == 0 else { throw Failed(messages: result.messages) }
      }
    }

    struct Failed: Error { let messages: String }

    func model(_ name: String = "reporter") -> String { Path.join(path, "\(name)/last") }

    /// The first image of a kind.
    func image(_ ending: String) throws -> String {
      let names = try File.list(images).filter { $0.hasSuffix(ending) }
      return Path.join(images, try #require(names.first))
    }
  }

  @Test func anArchiveIsReportedOnAndNothingIsDoneTwice() throws {
    let trained = try Self.trained.get()
    let output = Path.join(trained.path, "archive")
    let first = try Binary.run(
      "report", trained.model(), trained.images, "-o", output, "--json", "--limit", "3")
    #expect(first.code == 0 && first.messages.isEmpty, "\(first.messages)")
    #expect(first.json?["written"]?.integer == 3)
    let gallery = try #require(first.json?["gallery"]?.string)
    #expect(String(decoding: try File.read(gallery), as: UTF8.self).contains("<article"))
    let second = try Binary.run("report", trained.model(), trained.images, "-o", output)
    #expect(second.code == 0)
    let lines = second.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("had their report") && $0.hasSuffix(" 3") })
    #expect(lines.last.map(String.init) == gallery)
  }

  @Test func recordsAreReportedOnByTheirSplit() throws {
    let trained = try Self.trained.get()
    let output = Path.join(trained.path, "records")
    let result = try Binary.run(
      "report", trained.model(), trained.studies, "-o", output, "--split", "train", "--limit", "2",
      "--format",
      "markdown", "--json")
    #expect(result.code == 0 && result.json?["written"]?.integer == 2, "\(result.messages)")
    let index = String(decoding: try File.read(Path.join(output, "index.jsonl")), as: UTF8.self)
    #expect(index.contains("report.md") && index.contains("report.json") && !index.contains("report.html"))
  }

  @Test func aSourceWithoutAnythingEndsWith65() throws {
    let trained = try Self.trained.get()
    let scratch = try Scratch()
    _ = try scratch.write("source/letter.doc", "nothing to see")
    let result = try Binary.run(
      "report", trained.model(), Path.join(scratch.path, "source"), "-o", Path.join(scratch.path, "out"))
    #expect(result.code == 65)
    #expect(result.output.contains("not an image") && result.messages.contains("1 refused"))
    let missing = try Binary.run("report", trained.model(), "no/such", "-o", Path.join(scratch.path, "out"))
    #expect(missing.code == 65 && missing.messages.contains("no/such is no source of studies"))
    let split = try Binary.run("report", trained.model(), scratch.path, "-o", "x", "--split", "test")
    #expect(split.code == 64)
  }

  @Test func askAnswersInJSONWithTheWordsAndFactsGiven() throws {
    let trained = try Self.trained.get()
    let result = try Binary.run(
      "ask", trained.model(), try trained.image(".png"), "--complaint", "咳嗽三天", "--age", "61", "--sex", "F",
      "--json")
    #expect(result.code == 0, "\(result.messages)")
    let report = try Report(parsing: try #require(result.json))
    #expect(report.context.complaint?.text == "咳嗽三天")
    #expect(report.context.sex == .female && report.context.ageYears == 61)
    #expect(report.context.provenance.software.contains("reporter/last"))
    #expect(report.context.provenance.modelDigest.count == 64)
  }

  @Test func askReadsTheComplaintFromStandardInput() throws {
    let trained = try Self.trained.get()
    let result = try Binary.run(
      ["ask", trained.model(), try trained.image(".dcm"), "--language", "en"],
      input: Array("a dry cough\n".utf8))
    #expect(result.code == 0)
    #expect(result.output.contains("a dry cough") && result.output.contains("Impression"))
    #expect(result.output.contains("not verified by a physician") && !result.output.contains("\u{1B}"))
    #expect(result.output.contains("Calibration: "))
    let digest = try SHA256.hexadecimal(ofFile: Path.join(trained.model(), "model.safetensors"))
    #expect(result.output.contains(digest.prefix(12)))
  }

  @Test func anAnswerWithoutAnImageSaysSo() throws {
    let trained = try Self.trained.get()
    for model in ["reporter", "classifier"] {
      let result = try Binary.run("ask", trained.model(model), "--complaint", "cough", "--language", "en")
      #expect(result.code == 0 && result.output.lowercased().contains("no image was seen"), "\(model)")
    }
    let json = try Binary.run("ask", trained.model(), "--complaint", "cough", "--json")
    let report = try Report(parsing: try #require(json.json))
    #expect(report.findings.allSatisfy { $0.presence == .notAssessed } && report.limits.contains(.noImage))
    #expect(report.violations.isEmpty && report.status == .preliminary)
    #expect(try Binary.run("ask", trained.model()).code == 64)
  }

  @Test func aClassifierAnswersWithProbabilities() throws {
    let trained = try Self.trained.get()
    let image = try trained.image(".png")
    let result = try Binary.run("ask", trained.model("classifier"), image, "--complaint", "cough", "--json")
    let answer = try #require(result.json)
    #expect(answer["schema"]?.string == "lightbox-answer/1" && answer["text"]?.string == "")
    let classes = try #require(answer["classes"]?.array).compactMap { $0["probability"]?.number }
    #expect(abs(classes.reduce(0, +) - 1) < 1e-6 && classes == classes.sorted(by: >))
    #expect(answer["findings"]?.array?.isEmpty == false)
    let text = try Binary.run("ask", trained.model("classifier"), image, "--language", "zh")
    #expect(text.output.contains("类别") && text.output.contains("未经医师审核"))
  }
}
