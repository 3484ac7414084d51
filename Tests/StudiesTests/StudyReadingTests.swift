import Groundwork
import Imaging
import Testing

@testable import Studies

private let full = #"""
  {"schema":"study/1","id":"s1","patient":"p1","split":"train","complaint":{"text":"发热、咳嗽三天","language":"zh","entities":[{"start":0,"end":2,"type":"Symptom"},{"start":5,"end":7,"type":"Duration"}]},"history":"","age_years":56,"sex":"M","images":[{"path":"images/s1.dcm","view":"AP_SUPINE","role":"prior"}],"findings":[{"code":"pleural_effusion","presence":"present","laterality":"left","location":"lower_zone","severity":"moderate","box":[1,2.5,30,40]},{"code":"nodule","presence":"not_assessed"}],"diagnoses":[{"icd10":"J18.9"}],"label":"effusion","report":{"schema":"cxr-report/1"},"report_text":"Effusion.","source":"a","license":"b","parent":"s0"}
  """#

/// Reads one record; `members` go into an otherwise sufficient object.
private func study(_ members: String) throws -> Study {
  let folder = try TemporaryFolder()
  let path = try folder.write("studies.jsonl", #"{"id":"s1","report_text":"Clear."\#(members)}"# + "\n")
  return try #require(try StudyReader(path).next())
}

/// The error of reading one record, without the path of the file.
private func complaint(about members: String) throws -> String {
  do {
    _ = try study(members)
  } catch let error as StudiesError {
    guard case .invalidRecord(let file, let line, let key, let reason) = error else { return "\(error)" }
    #expect(error.sentence.hasPrefix("\(file), line \(line), \(key): "))
    #expect(line == 1)
    return "\(key): \(reason)"
  }
  return "no error"
}

@Suite struct StudyReadingTests {
  @Test func everyFieldIsReadAndWrittenAgainTheSame() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("studies.jsonl", full + "\n")
    let study = try #require(try StudyReader(path).next())
    #expect(study.patient == "p1" && study.split == Study.train && study.ageYears == 56 && study.sex == .male)
    #expect(study.images == [StudyImage(path: "images/s1.dcm", view: .anteroposteriorSupine, role: .prior)])
    #expect(study.findings[0].box == PixelBox(x: 1, y: 2.5, width: 30, height: 40))
    #expect(study.findings[0].laterality == .left && study.findings[0].location == .lowerZone)
    #expect(study.presence(of: .nodule) == .notAssessed && study.presence(of: .mass) == nil)
    #expect(study.diagnoses.first?.code?.chinese == "肺炎")
    #expect(study.complaint.map { $0.entities.map($0.text(of:)) } == ["发热", "三天"])
    #expect(study.json.text() == full)

    let copy = folder.path + "/copy.jsonl"
    let writer = try StudyWriter(copy)
    try writer.write(study)
    #expect(File.kind(of: copy) == nil)
    try writer.finish()
    #expect(try StudyReader.studies(in: copy) == [study])
  }

  @Test func unknownKeysPassThroughAtEveryLevel() throws {
    let study = try study(
      #","shift":{"night":true},"images":[{"path":"a.png","machine":7}],"findings":[{"code":"mass","presence":"absent","reader":"x"}]"#
    )
    #expect(study.extra["shift"]?["night"] == true)
    #expect(study.images[0].extra["machine"] == 7)
    let again = try Study(#require(study.json.object), file: "", line: 1)
    #expect(again == study)
    #expect(again.findings[0].extra["reader"] == "x")
  }

  @Test func nullIsUnknown() throws {
    let study = try study(#","sex":null,"findings":null,"complaint":null,"age_years":null"#)
    #expect(study.sex == nil && study.findings.isEmpty && study.complaint == nil && study.ageYears == nil)
  }

  @Test(arguments: [
    (#","sex":"male""#, #"sex: "male" is none of M, F, O, U"#),
    (#","age_years":"56""#, "age_years: expected a number, found a string"),
    (#","age_years":-3"#, "age_years: must lie between 0.0 and 150.0"),
    (#","images":[{"view":"PA"}]"#, "images[0].path: is required"),
    (#","images":[{"path":"a.png","view":"pa"}]"#, "did you mean PA?"),
    (#","images":{"path":"a.png"}"#, "images: expected an array, found an object"),
    (
      #","findings":[{"code":"mass","presence":"absent"},{"code":"masss","presence":"absent"}]"#,
      "did you mean mass?"
    ),
    (#","findings":[{"code":"mass"}]"#, "findings[0].presence: is required"),
    (
      #","findings":[{"code":"mass","presence":"absent","box":[1,2,3]}]"#,
      "findings[0].box: expected an array of 4 numbers"
    ),
    (#","findings":[{"code":"mass","presence":"absent","box":[1,2,0,3]}]"#, "findings[0].box: must be"),
    (#","diagnoses":[{"icd10":"pneumonia"}]"#, "diagnoses[0].icd10"),
    (#","complaint":"cough""#, "complaint: expected an object, found a string"),
    (
      #","complaint":{"text":"咳嗽","entities":[{"start":0,"end":3,"type":"Symptom"}]}"#,
      "complaint.entities[0].end: 3 lies beyond the text, which has 2 Unicode scalars"
    ),
    (
      #","complaint":{"text":"咳嗽","entities":[{"start":1,"end":1,"type":"Symptom"}]}"#,
      "complaint.entities[0].start"
    ),
    (#","schema":"study/2""#, "schema"),
  ]) func wrongValuesAreErrorsThatNameTheKey(members: String, expected: String) throws {
    #expect(try complaint(about: members).contains(expected))
  }

  @Test func aStudyNeedsAnIdAndSomethingToRead() throws {
    let folder = try TemporaryFolder()
    for text in [#"{"id":"s1"}"#, #"{"report_text":"Clear."}"#, "[]", "{", #"{"id":"","report_text":""}"#] {
      let path = try folder.write("studies.jsonl", "\n\n" + text)
      let reader = try StudyReader(path)
      #expect(throws: StudiesError.self) { try reader.next() }
      #expect(reader.lineNumber == 3)
    }
  }

  @Test func entityOffsetsCountUnicodeScalars() throws {
    // A letter outside the basic plane and a combining accent are one scalar each.
    let study = try study(
      #","complaint":{"text":"𠮷é咳嗽","entities":[{"start":3,"end":5,"type":"Symptom"}]}"#.replacing(
        "é", with: "e\u{301}"))
    #expect(study.complaint.map { $0.text(of: $0.entities[0]) } == "咳嗽")
    #expect(study.complaint?.text(of: .init(start: 4, end: 6, type: "")) == nil)
  }

  @Test func aSlipInAKeyIsToldOnceAndOnlyIfTheKeyIsMissing() throws {
    let folder = try TemporaryFolder()
    let line =
      #"{"id":"s1","report_text":"a","finding":[],"sexes":1,"sex":"F","images":[{"path":"x","veiw":"PA"}]}"#
    let reader = try StudyReader(try folder.write("studies.jsonl", "\u{FEFF}\(line)\n\n\(line)\n"))
    while try reader.next() != nil {}
    #expect(reader.warnings.map(\.key) == ["finding", "images.veiw"])
    #expect(reader.warnings.map(\.meant) == ["findings", "images.view"])
    #expect(reader.warnings.allSatisfy { $0.line == 1 })
  }

  @Test func aMissingImageIsNamedWithItsLine() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("here.png", "")
    let path = try folder.write(
      "studies.jsonl",
      #"{"id":"a","images":[{"path":"here.png"}]}"# + "\n" + #"{"id":"b","images":[{"path":"gone.png"}]}"#)
    let reader = try StudyReader(path)
    try reader.checkImages(of: try #require(try reader.next()))
    let second = try #require(try reader.next())
    #expect(throws: StudiesError.missingImage(file: path, line: 2, image: "gone.png")) {
      try reader.checkImages(of: second)
    }
  }

  @Test func aRecordIsFoundAgainByItsOffset() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "studies.jsonl", (0..<50).map { #"{"id":"s\#($0)","report_text":"é"}"# }.joined(separator: "\r\n"))
    let reader = try StudyReader(path)
    var offsets: [Int] = []
    while try reader.next() != nil { offsets.append(reader.recordOffset) }
    #expect(offsets.count == 50)
    #expect(try StudyReader(path, startingAt: offsets[37]).next()?.id == "s37")
  }

  @Test func whatAReaderWouldRefuseIsNotWritten() throws {
    let folder = try TemporaryFolder()
    let writer = try StudyWriter(folder.path + "/studies.jsonl")
    #expect(throws: StudiesError.self) { try writer.write(Study(id: "s1")) }
    #expect(throws: StudiesError.self) {
      try writer.write(Study(id: "s1", diagnoses: [Diagnosis(icd10: "flu")], reportText: ""))
    }
  }
}
