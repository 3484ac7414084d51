/// A concept of a public code system with its names in English and Chinese.
public struct CodedTerm: Equatable, Sendable {
  public enum System: String, CaseIterable, Sendable {
    /// SNOMED CT.
    case snomed = "SCT"
    /// The DICOM Controlled Terminology (PS3.16 annex D).
    case dicom = "DCM"
  }

  public let system: System
  public let code: String
  public let english: String
  public let chinese: String

  init(_ system: System, _ code: String, _ english: String, _ chinese: String) {
    self.system = system
    self.code = code
    self.english = english
    self.chinese = chinese
  }
}
