public import Groundwork
public import Imaging

/// A patient's study as `study/1` records it: one JSON object a line of `studies.jsonl`.
///
/// What is nil or empty is unknown, never negative. Keys this version does not know are kept in `extra` and written again.
public struct Study: Equatable, Sendable {
  public static let schema = "study/1"

  public var id: String
  /// A pseudonym; splits keep the studies of a patient together.
  public var patient: String?
  /// The part of the data set, by convention `Study.train`, `Study.validation` or `Study.test`.
  public var split: String?
  public var complaint: Complaint?
  public var history: String?
  public var ageYears: Double?
  public var sex: Sex?
  public var images: [StudyImage]
  /// What is stated about findings, present and absent alike.
  public var findings: [Finding]
  /// The main diagnosis first.
  public var diagnoses: [Diagnosis]
  /// One class name, for plain classification sets.
  public var label: String?
  /// A structured report, `cxr-report/1`.
  public var report: JSON?
  /// A report in free text, when that is all there is.
  public var reportText: String?
  public var source: String?
  public var license: String?
  /// The id of the record this one was augmented from.
  public var parent: String?
  /// Members of the record that `study/1` does not name.
  public var extra: JSONObject

  public static let train = "train"
  public static let validation = "validation"
  public static let test = "test"

  public init(
    id: String, patient: String? = nil, split: String? = nil, complaint: Complaint? = nil,
    history: String? = nil,
    ageYears: Double? = nil, sex: Sex? = nil, images: [StudyImage] = [], findings: [Finding] = [],
    diagnoses: [Diagnosis] = [], label: String? = nil, report: JSON? = nil, reportText: String? = nil,
    source: String? = nil, license: String? = nil, parent: String? = nil, extra: JSONObject = JSONObject()
  ) {
    self.id = id
    self.patient = patient
    self.split = split
    self.complaint = complaint
    self.history = history
    self.ageYears = ageYears
    self.sex = sex
    self.images = images
    self.findings = findings
    self.diagnoses = diagnoses
    self.label = label
    self.report = report
    self.reportText = reportText
    self.source = source
    self.license = license
    self.parent = parent
    self.extra = extra
  }

  /// The findings a record states to be present.
  public var presentFindings: [Finding] { findings.filter { $0.presence == .present } }

  /// What the record states about a finding; nil when it states nothing.
  public func presence(of code: FindingCode) -> Presence? { findings.first { $0.code == code }?.presence }
}

/// Sex as DICOM and the report know it: male, female, other, unknown.
public enum Sex: String, CaseIterable, Sendable {
  case male = "M"
  case female = "F"
  case other = "O"
  case unknown = "U"
}

/// An image of a study.
public struct StudyImage: Equatable, Sendable {
  public enum Role: String, CaseIterable, Sendable { case current, prior }

  /// Relative to the JSONL file, or absolute.
  public var path: String
  /// nil: read it from the image.
  public var view: View?
  public var role: Role
  public var extra: JSONObject

  public init(path: String, view: View? = nil, role: Role = .current, extra: JSONObject = JSONObject()) {
    self.path = path
    self.view = view
    self.role = role
    self.extra = extra
  }
}
