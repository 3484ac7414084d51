import Foundation
import Groundwork
import Imaging
import Studies
import Testing

@testable import Archives

@Suite struct FolderSourceTests {
  private let archive: Archive

  init() throws { archive = try Archive() }

  private func items(_ options: FolderSource.Options = .init(), of path: String? = nil) throws
    -> [ArchiveItem]
  {
    var source = try FolderSource(
      path ?? archive.source, pseudonyms: Pseudonyms(salt: "salt"), options: options)
    var items: [ArchiveItem] = []
    while let item = try source.next() { items.append(item) }
    return items
  }

  private func studies(_ options: FolderSource.Options = .init()) throws -> [ArchiveStudy] {
    try items(options).compactMap { item in
      if case .study(let study) = item { return study }
      return nil
    }
  }

  private func refusals(_ options: FolderSource.Options = .init()) throws -> [String: Refusal.Reason] {
    var found: [String: Refusal.Reason] = [:]
    for case .refusal(let refusal) in try items(options) { found[refusal.place] = refusal.reason }
    return found
  }

  @Test func aTreeIsWalkedInOrderWithoutHiddenFilesAndLinks() throws {
    for name in ["b/2.png", "b/1.png", "a.png", "z.png", ".hidden.png", ".git/x.png", "b/c/d.png"] {
      try archive.png(name)
    }
    let link = Path.join(archive.source, "link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: archive.source)
    var walk = FolderWalk(archive.source)
    var files: [String] = []
    while case .file(let file)? = walk.next() { files.append(file) }
    #expect(files == ["a.png", "z.png", "b/1.png", "b/2.png", "b/c/d.png"])
    #expect(FolderWalk.count(archive.source) == 5)
    #expect(FolderWalk.count(archive.source, excluding: Path.join(archive.source, "b/../b/c")) == 4)
    #expect(try studies().map(\.place) == files)
  }

  @Test func filesOfOneStudyAreOneStudyAcrossDirectories() throws {
    try archive.dicom("s/1/IM0001", seed: 1)
    try archive.dicom("s/2/IM0001", [.viewPosition: "LL"], seed: 2)
    try archive.dicom("t/IM0001", [.studyInstanceUID: "2.25.200"], seed: 3)
    let found = try studies()
    #expect(found.map { $0.study.images.map(\.path) } == [["s/1/IM0001", "s/2/IM0001"], ["t/IM0001"]])
    #expect(found[0].study.sex == .male && found[0].study.ageYears == 56)
    #expect(found[0].studyUID == "2.25.100" && found[0].size == 2)
    #expect(Set(found.map(\.key)).count == 2)
    #expect(try studies().map(\.key) == found.map(\.key))
  }

  @Test func studiesOfManyFilesAreGivenBeforeTheWalkEnds() throws {
    for number in 0..<(FolderSource.reach + 40) {
      try archive.dicom("\(1000 + number)", [.studyInstanceUID: "2.25.\(number + 1)"], seed: number)
    }
    var source = try FolderSource(archive.source, pseudonyms: Pseudonyms(salt: ""))
    #expect(source.total == FolderSource.reach + 40)
    guard case .study(let first)? = try source.next() else {
      Issue.record("no study")
      return
    }
    #expect(first.place == "1000")
  }

  @Test func anotherPatientOrASecondCopyIsNoPartOfAStudy() throws {
    try archive.dicom("1", seed: 1)
    try archive.dicom("2", seed: 1)
    try archive.dicom("3", [.patientID: "HN0815"], seed: 3)
    let found = try studies()
    #expect(found.map { $0.study.images.map(\.path) } == [["1"], ["3"]])
    #expect(found[0].key != found[1].key)
    #expect(found[0].study.patient != found[1].study.patient)
    #expect(try refusals() == ["2": .duplicate])
  }

  @Test func aStudyHasAtMostSoManyImages() throws {
    for number in 0...FolderSource.imageLimit { try archive.dicom("\(number)", seed: number) }
    #expect(try studies().map(\.size) == [FolderSource.imageLimit])
    #expect(try refusals() == ["\(FolderSource.imageLimit)": .tooManyImages])
  }

  @Test func whatIsNoChestRadiographIsRefusedByName() throws {
    try archive.dicom("ct", [.modality: "CT"], seed: 1)
    try archive.dicom("none", [.modality: "", .sopClassUID: "1.2.840.10008.5.1.4.1.1.7"], seed: 2)
    try archive.dicom("hip", [.bodyPartExamined: "HIP"], seed: 3)
    try archive.dicom("portable", [.bodyPartExamined: "PORTABLE CHEST", .modality: "DX"], seed: 4)
    try archive.dicom("unnamed", [.bodyPartExamined: "", .modality: ""], seed: 5)
    try archive.write("sr", Archive.dicomWithoutPixels)
    try archive.write("table.csv", "a,b")
    try archive.write("notes.txt", "not for anybody")
    let half = try Archive.dicom(seed: 6)
    try archive.write("half", Array(half.prefix(half.count / 2)))
    #expect(
      try refusals() == [
        "ct": .modality, "none": .modality, "hip": .bodyPart, "sr": .noPixels, "table.csv": .notAnImage,
        "half": .damaged,
      ])
    #expect(try studies().flatMap { $0.study.images.map(\.path) } == ["portable", "unnamed"])
    var all = FolderSource.Options()
    all.takesAnyImage = true
    #expect(
      try refusals(all) == ["sr": .noPixels, "table.csv": .notAnImage, "half": .damaged])
  }

  @Test func theComplaintIsTheFirstThatIsStated() throws {
    let order: [(DICOMTag, String)] = [
      (.reasonForStudy, "咳嗽"), (.admittingDiagnosesDescription, "pneumonia?"),
      (.additionalPatientHistory, "smoker"),
    ]
    for start in order.indices {
      let attributes = Dictionary(uniqueKeysWithValues: order[start...].map { ($0.0, $0.1) })
      try archive.dicom(
        "\(start)", attributes.merging([.studyInstanceUID: "2.25.\(start + 1)"]) { $1 }, seed: start)
    }
    let found = try studies()
    #expect(found.map(\.study.complaint?.text) == ["咳嗽", "pneumonia?", "smoker"])
    #expect(found.map(\.study.complaint?.language) == [.chinese, .english, .english])
    #expect(found.map(\.study.history) == ["smoker", "smoker", nil])
  }

  @Test func aTextBesideAnImageIsItsComplaint() throws {
    try archive.dicom("a/1.dcm", [.reasonForStudy: "routine"])
    try archive.write("a/1.txt", "\u{FEFF}气促\n两天 ")
    try archive.png("a/2.png")
    try archive.png("a/3.png")
    try archive.write("a/3.png.txt", [0xFF, 0xFE, 0x41])
    try archive.write("a/complaint.txt", "cough")
    try archive.png("b/4.png")
    var options = FolderSource.Options()
    options.assumedComplaint = "fever"
    let stated = try Dictionary(
      uniqueKeysWithValues: studies(options).map { ($0.place, $0.study.complaint?.text) })
    #expect(
      stated == ["a/1.dcm": "气促 两天", "a/2.png": "cough", "a/3.png": "cough", "b/4.png": "fever"])
    #expect(try refusals() == ["a/3.png.txt": .invalidText])
  }

  @Test func aSingleImageIsASource() throws {
    try archive.png("x.png")
    let found = try items(of: Path.join(archive.source, "x.png"))
    #expect(found.count == 1)
    #expect(throws: ArchivesError.noSource(path: "no/such")) { try items(of: "no/such") }
  }

  @Test func namesAreKeptOutOfPathsAndTexts() throws {
    try archive.dicom("HN4711/wang_xiaodong.dcm", [.reasonForStudy: "王小东 cough, Wang XiaoDong, hn4711"])
    let found = try #require(try studies().first)
    #expect(found.place == "…/…_….dcm")
    #expect(found.study.complaint?.text == "… cough, … …, …")
    #expect(found.study.patient?.hasPrefix("p-") == true)
    #expect(found.study.patient?.contains("4711") == false)
  }
}
