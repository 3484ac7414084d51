import Groundwork
import Imaging
import Testing

@testable import Studies

@Suite struct SampleTests {
  /// `datasets/sample`, beside the sources these tests were built from.
  private let sample: String = {
    let tests = Path.parent(of: Path.parent(of: Path.parent(of: #filePath)))
    return Path.join(tests, "datasets/sample")
  }()

  @Test func theBundledStudiesAreWholeAndReadable() throws {
    let reader = try StudyReader(Path.join(sample, "studies.jsonl"))
    var splits: Set<String> = []
    var shown: Set<FindingCode> = []
    var count = 0
    while let study = try reader.next() {
      try reader.checkImages(of: study)
      #expect(study.report?["schema"] == "cxr-report/1")
      for image in study.images {
        let radiograph = try Radiograph.read(Path.join(sample, image.path))
        #expect(max(radiograph.width, radiograph.height) == 224)
      }
      if let split = study.split { splits.insert(split) }
      shown.formUnion(study.presentFindings.map(\.code))
      count += 1
    }
    #expect(count == 24 && reader.warnings.isEmpty)
    #expect(splits == [Study.train, Study.validation, Study.test])
    #expect(shown.count >= 10)
  }

  @Test func theBundledStudiesAreThoseOfTheirSeed() throws {
    let generator = try PhantomGenerator(seed: 104, size: 224)
    for (index, study) in try StudyReader.studies(in: Path.join(sample, "studies.jsonl")).enumerated() {
      let plan = generator.plan(index)
      #expect(study.complaint == plan.complaint && study.diagnoses.first?.icd10 == plan.phantom.diagnosis)
      #expect(study.presentFindings.map(\.code) == plan.findings.map(\.code))
    }
    let (study, images) = generator.study(0)
    let bundled = try Radiograph.read(Path.join(sample, study.images[0].path))
    let worst = zip(bundled.pixels, images[0].pixels).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 0.003)
  }
}
