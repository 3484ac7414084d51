import Foundation
import Groundwork
import Imaging
import Testing

@testable import Archives

@Suite struct PrivacyTests {
  private func identifiers(_ name: String, _ number: String) throws -> Identifiers {
    let bytes = try Archive.dicom([.patientName: name, .patientID: number])
    return try bytes.withUnsafeBytes { Identifiers(try DICOMFile($0, path: "a file")) }
  }

  @Test(arguments: [
    ("Smith^Anna", "12345", "Anna SMITH, 12345: cough", "… …, …: cough"),
    ("Smith^Anna", "12345", "blacksmith, number 123456", "blacksmith, number 123456"),
    ("Wang^XiaoDong=王^小东", "7", "王小东，小东 7 天", "…，… 7 天"),
    ("Li^Yi", "PT-9", "Li Yi with PT-9", "Li Yi with …"),
  ])
  func whatNamesThePatientIsMaskedInWholeWords(
    name: String, number: String, text: String, masked: String
  ) throws {
    #expect(try identifiers(name, number).masked(text) == masked)
  }

  @Test func pseudonymsHangOnSaltAndNumberAlone() {
    let first = Pseudonyms(salt: "one")
    #expect(first.pseudonym(for: "4711") == first.pseudonym(for: "4711"))
    #expect(first.pseudonym(for: "4711") != first.pseudonym(for: "4712"))
    #expect(first.pseudonym(for: "4711") != Pseudonyms(salt: "two").pseudonym(for: "4711"))
    #expect(first.pseudonym(for: nil) == nil && first.pseudonym(for: " ") == nil)
  }

  @Test func theSaltIsMadeOnceAndForItsOwner() throws {
    let archive = try Archive()
    let path = Path.join(archive.path, "salt")
    let first = try Pseudonyms(file: path).pseudonym(for: "1")
    #expect(try Pseudonyms(file: path).pseudonym(for: "1") == first)
    let other = try Pseudonyms(file: path + "2").pseudonym(for: "1")
    #expect(other != first)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test(
    arguments: [
      ("056Y", 56.0), ("018M", 1.5), ("000D", 0), ("Y", nil), ("56", nil), ("999Y", nil), ("-03Y", nil),
    ] as [(String, Double?)])
  func agesAreReadAsTheStandardWritesThem(text: String, years: Double?) {
    #expect(DICOMFacts.years(text) == years)
  }

  @Test func anAgeIsCountedFromTheDayOfBirth() {
    #expect(DICOMFacts.years(from: "19700615", to: "20260614") == 55)
    #expect(DICOMFacts.years(from: "19700615", to: "20260615") == 56)
    #expect(DICOMFacts.years(from: "20300101", to: "20260615") == nil)
    #expect(DICOMFacts.years(from: "19701315", to: "20260615") == nil)
  }
}
