public import Groundwork
public import Imaging

/// One statement about one finding.
public struct Finding: Equatable, Sendable {
  public var code: FindingCode
  public var presence: Presence
  public var laterality: Laterality?
  public var location: Location?
  public var severity: Severity?
  /// Where it is seen in the first current image, in pixels of that image.
  public var box: PixelBox?
  public var extra: JSONObject

  public init(
    code: FindingCode, presence: Presence, laterality: Laterality? = nil, location: Location? = nil,
    severity: Severity? = nil, box: PixelBox? = nil, extra: JSONObject = JSONObject()
  ) {
    self.code = code
    self.presence = presence
    self.laterality = laterality
    self.location = location
    self.severity = severity
    self.box = box
    self.extra = extra
  }
}

public enum Presence: String, CaseIterable, Sendable {
  case present, absent, uncertain
  case notAssessed = "not_assessed"
}

/// The patient's side, not the picture's.
public enum Laterality: String, CaseIterable, Sendable {
  case left, right, bilateral, midline, none, unknown
}

public enum Severity: String, CaseIterable, Sendable {
  case mild, moderate, severe, none
}

/// Where a finding is seen; see `Imaging.PixelBox`.
public typealias PixelBox = Imaging.PixelBox

/// A diagnosis by its ICD-10 code (WHO, or a national extension of it).
public struct Diagnosis: Equatable, Sendable {
  public var icd10: String
  public var extra: JSONObject

  public init(icd10: String, extra: JSONObject = JSONObject()) {
    self.icd10 = icd10
    self.extra = extra
  }

  /// The entry of our table; nil for a code outside it.
  public var code: DiagnosisCode? { DiagnosisCode(icd10: icd10) }

  /// A letter, a digit, a digit or letter, and perhaps a dot and one to eight letters or digits: J90, S27.0XXA, J18.900.
  static func isWellFormed(_ code: String) -> Bool {
    let parts = code.split(separator: ".", omittingEmptySubsequences: false)
    guard let category = parts.first, parts.count <= 2 else { return false }
    let scalars = Array(category.unicodeScalars)
    guard scalars.count == 3, ("A"..."Z").contains(scalars[0]), isDigit(scalars[1]),
      isDigit(scalars[2]) || ("A"..."Z").contains(scalars[2])
    else { return false }
    guard parts.count == 2 else { return true }
    return (1...8).contains(parts[1].unicodeScalars.count)
      && parts[1].unicodeScalars.allSatisfy {
        isDigit($0) || ("A"..."Z").contains($0) || ("a"..."z").contains($0)
      }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
