import Groundwork
import Imaging
import Testing

@testable import Studies

@Suite struct PhantomSetTests {
  /// Digests of every file under a folder, by name.
  private func digests(_ directory: String) throws -> [String: String] {
    var digests: [String: String] = [:]
    for name in try File.list(directory) {
      let path = Path.join(directory, name)
      if File.kind(of: path) == .directory {
        for (inner, digest) in try self.digests(path) { digests[Path.join(name, inner)] = digest }
      } else {
        digests[name] = try SHA256.hexadecimal(ofFile: path)
      }
    }
    return digests
  }

  @Test func theSameSeedGivesTheSameBytesOnAnyNumberOfThreads() throws {
    let folder = try TemporaryFolder()
    let generator = try PhantomGenerator(seed: 4, size: 80, lateralShare: 0.5)
    var progress: [Int] = []
    try generator.writeSet(to: folder.path + "/a", count: 18, threads: 1, progress: { progress.append($0) })
    try generator.writeSet(to: folder.path + "/b", count: 18, threads: 3)
    let other = try PhantomGenerator(seed: 5, size: 80)
    try other.writeSet(to: folder.path + "/c", count: 18)
    let first = try digests(folder.path + "/a")
    #expect(try digests(folder.path + "/b") == first)
    #expect(try digests(folder.path + "/c")["studies.jsonl"] != first["studies.jsonl"])
    #expect(progress == [16, 18])
    #expect(first.keys.contains { $0.hasSuffix(".dcm") } && first.keys.contains { $0.hasSuffix(".png") })
  }

  @Test func aStudyDependsOnItsIndexAlone() throws {
    let generator = try PhantomGenerator(seed: 4, size: 80)
    let (study, images) = generator.study(7)
    let (again, sameImages) = generator.study(7)
    #expect(study == again)
    #expect(images.map(\.pixels) == sameImages.map(\.pixels))
  }

  @Test func writtenSetsAreReadBackAsTheyWereMade() throws {
    let folder = try TemporaryFolder()
    let generator = try PhantomGenerator(seed: 2, size: 72, lateralShare: 0.4)
    try generator.writeSet(to: folder.path, count: 14, format: .dicom)
    let reader = try StudyReader(folder.path + "/studies.jsonl")
    var index = 0
    while let study = try reader.next() {
      try reader.checkImages(of: study)
      let made = generator.study(index)
      #expect(study.findings == made.study.findings && study.complaint == made.study.complaint)
      #expect(study.findings.count >= PhantomFinding.catalogue.count)
      for (image, expected) in zip(study.images, made.images) {
        let radiograph = try Radiograph.read(Path.join(folder.path, image.path))
        #expect(radiograph.view == expected.view && image.view == expected.view)
        #expect(radiograph.width == expected.width && radiograph.height == expected.height)
        // A window is stored or not; without one the display stretches percentiles.
        let tolerance: Float = radiograph.pixelPolicy == .window ? 0.006 : 0.2
        let worst = zip(radiograph.pixels, expected.pixels).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst < tolerance)
      }
      index += 1
    }
    #expect(index == 14 && reader.warnings.isEmpty)
  }

  @Test func dicomFilesDifferInEncodingAndNameNoPatient() throws {
    let folder = try TemporaryFolder()
    try PhantomGenerator(seed: 6, size: 64).writeSet(to: folder.path, count: 40, format: .dicom)
    var syntaxes: Set<String> = []
    var photometric: Set<String> = []
    var bits: Set<Int> = []
    var instances: Set<String> = []
    let names = try File.list(folder.path + "/images")
    for name in names {
      let file = try DICOMFile(folder.path + "/images/" + name)
      syntaxes.insert(file.transferSyntax.uid)
      photometric.insert(file.text(.photometricInterpretation) ?? "")
      bits.insert(file.integer(.bitsStored) ?? 0)
      instances.insert(file.text(.sopInstanceUID) ?? "")
      #expect(file.text(.patientName)?.hasPrefix("PHANTOM^") == true)
      #expect(file.text(.patientID)?.hasPrefix("PHANTOM-") == true)
      #expect(file.text(.additionalPatientHistory)?.isEmpty == false)
    }
    #expect(syntaxes.count == DICOMSyntax.allCases.count)
    #expect(photometric == ["MONOCHROME1", "MONOCHROME2"])
    #expect(bits.isSuperset(of: [8, 12, 16]))
    #expect(instances.count == names.count)
  }

  @Test func composingCompletesTheRecord() throws {
    let folder = try TemporaryFolder()
    try PhantomGenerator(seed: 1, size: 64).writeSet(
      to: folder.path, count: 3, format: .png,
      compose: {
        var study = $0
        study.reportText = "Report of \(study.id)."
        return study
      })
    #expect(
      try StudyReader.studies(in: folder.path + "/studies.jsonl").map(\.reportText) == [
        "Report of s000000.", "Report of s000001.", "Report of s000002.",
      ])
  }

  @Test func requestsThatCannotBeMetAreUsageErrors() throws {
    #expect(throws: StudiesError.self) { try PhantomGenerator(seed: 1, size: 10) }
    #expect(throws: StudiesError.self) { try PhantomGenerator(seed: 1, lateralShare: 2) }
    let generator = try PhantomGenerator(seed: 1)
    let error = #expect(throws: StudiesError.self) { try generator.writeSet(to: "nowhere", count: 0) }
    #expect(error?.fault == .usage)
  }

  @Test func parallelWorkKeepsOrderAndThrowsTheError() throws {
    #expect(try parallelMap(5..<40, threads: 3) { $0 * 2 } == (5..<40).map { $0 * 2 })
    #expect(throws: StudiesError.self) {
      try parallelMap(0..<9, threads: 2) { index in
        if index == 4 { throw StudiesError.phantomRequest(reason: "four") }
        return index
      }
    }
  }
}
