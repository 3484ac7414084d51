import Testing

@testable import Imaging

@Suite struct TextTests {
  private let name = "王^小东"
  /// The last three letters have 0x5C, the backslash, as their second byte in GB18030.
  private let protocolName = "胸部正位 僞圽浬"

  @Test(arguments: ["utf8.dcm", "gb18030.dcm", "gbk.dcm"])
  func chineseIsReadInEveryCharacterSet(file: String) throws {
    let opened = try DICOMFile(Fixture.path(file))
    #expect(opened.text(.patientName) == name)
    #expect(opened.text(.protocolName) == protocolName)
    #expect(!opened.hasGuessedText)
  }

  @Test(arguments: ["undeclared-gbk.dcm", "undeclared-utf8.dcm"])
  func anUndeclaredCharacterSetIsGuessedAndSaidToBe(file: String) throws {
    let opened = try DICOMFile(Fixture.path(file))
    #expect(opened.text(.patientName) == name)
    #expect(opened.text(.protocolName) == protocolName)
    #expect(opened.hasGuessedText)
  }

  @Test func aSiteMaySayWhatTheBytesReallyAre() throws {
    let path = Fixture.path("latin1-gbk.dcm")
    #expect(try DICOMFile(path).text(.patientName) != name)
    let policy = CharacterSetPolicy(replaced: "ISO_IR 100", replacement: "GB18030")
    #expect(try DICOMFile(path, characterSets: policy).text(.patientName) == name)
    let assumed = try DICOMFile(
      Fixture.path("undeclared-gbk.dcm"), characterSets: CharacterSetPolicy(assumed: "GB18030"))
    #expect(assumed.text(.patientName) == name)
    #expect(!assumed.hasGuessedText)
  }

  @Test func absentAndEmptyAttributesAreNil() throws {
    let file = try DICOMFile(Fixture.path("utf8.dcm"))
    #expect(file.text(.accessionNumber) == nil)
    #expect(file.text(.codeValue, in: .viewCodeSequence) == nil)
    #expect(file.numbers(.windowCenter) == nil)
    #expect(file.text(DICOMTag(0x7FE0, 0x0010)) == nil)
    #expect(file.text(.modality) == "CR")
    #expect(file.integer(.rows) == 12)
    #expect(file.text(.transferSyntaxUID) == "1.2.840.10008.1.2.1")
  }
}
