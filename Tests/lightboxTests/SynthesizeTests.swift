import Groundwork
import Imaging
import Reports
import Studies
import Testing

@Suite struct SynthesizeTests {
  @Test func phantomsAreStudiesWithImagesAndReports() throws {
    let scratch = try Scratch()
    let result = try Binary.run(
      "synthesize", "-o", scratch.path, "--count", "5", "--seed", "3", "--size", "64", "--json")
    #expect(result.code == 0 && result.messages.isEmpty)
    #expect(result.json?["studies"]?.integer == 5)
    let reader = try StudyReader(Path.join(scratch.path, "studies.jsonl"))
    var count = 0
    while let study = try reader.next() {
      count += 1
      try reader.checkImages(of: study)
      #expect(study.complaint != nil && !study.findings.isEmpty && !study.diagnoses.isEmpty)
      let images = try #require(study.report?["study"]?["images"]?.array)
      #expect(images.count == study.images.count)
      for (image, record) in zip(images, study.images) {
        let path = Path.join(scratch.path, record.path)
        #expect(try image["sha256"]?.string == SHA256.hexadecimal(ofFile: path))
        #expect(try Radiograph.read(path).height <= 64)
        #expect(image["view"]?.string == record.view?.rawValue)
      }
      let report = try #require(study.report)
      #expect(report["status"]?.string == "preliminary")
      #expect(report["schema"]?.string == Report.schemaName)
    }
    #expect(count == 5 && reader.warnings.isEmpty)
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    func digests(_ seed: String, _ format: String) throws -> [String] {
      let scratch = try Scratch()
      try Binary.run(
        "synthesize", "-o", scratch.path, "--count", "3", "--seed", seed, "--size", "64", "--format", format)
      let images = try File.list(Path.join(scratch.path, "images"))
      let files = ["studies.jsonl"] + images.map { "images/" + $0 }
      return try files.map { try $0 + SHA256.hexadecimal(ofFile: Path.join(scratch.path, $0)) }
    }
    let first = try digests("9", "mixed")
    #expect(first.count >= 4)
    #expect(try digests("9", "mixed") == first)
    #expect(try digests("10", "mixed") != first)
    #expect(try digests("9", "png").dropFirst().allSatisfy { $0.contains(".png") })
  }

  @Test func whatCannotBeMadeIsRefused() throws {
    #expect(try Binary.run("synthesize", "-o", "x", "--count", "0").code == 64)
    #expect(try Binary.run("synthesize", "-o", "x", "--size", "7").code == 64)
    #expect(try Binary.run("synthesize", "--count", "3").code == 64)
    #expect(try Binary.run("synthesize", "-o", "/proc/none", "--count", "1").code == 65)
  }
}
