public import Studies

/// Where studies come from, one after the other.
public protocol StudySource {
  /// The next study, or why something was refused; nil at the end. Throws only what must end the run.
  mutating func next() throws -> ArchiveItem?
  /// What is counted while it is worked off, as in "files".
  var unit: String { get }
  /// How many of them there are; nil when nobody knows.
  var total: Int? { get }
}

/// What a source gives.
public enum ArchiveItem: Sendable {
  case study(ArchiveStudy)
  case refusal(Refusal)
}

/// A study as an archive holds it, with nothing that names its patient.
public struct ArchiveStudy: Sendable {
  /// Names the study in file names and in the journal; the same in every run.
  public var key: String
  /// The images' paths are relative to `directory`.
  public var study: Study
  public var directory: String
  /// Where it was found, for people: the path of its first file inside the source, or the line of its record.
  public var place: String
  /// The same of each image; empty when the images' paths may be shown.
  public var imagePlaces: [String] = []
  public var studyUID = ""
  /// When the images were made, as in 2026-11-23T09:50:00+08:00.
  public var acquired: String?
  public var modality: String?
  public var bodyPart: String?
  /// What its files would be refused under.
  var fileKeys: [String] = []
  /// How many of the source's units it takes up.
  public var size = 1

  public init(key: String, study: Study, directory: String, place: String) {
    self.key = key
    self.study = study
    self.directory = directory
    self.place = place
  }
}
