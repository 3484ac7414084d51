internal import Groundwork
internal import Imaging
internal import Studies

/// The studies of a directory tree, or of one image file. Files are known by their content, whatever their names.
///
/// DICOM files with the same Study Instance UID (0020,000D) and the same patient are one study as long as not more than
/// `reach` others lie between one and the next in the order of the walk, so that memory does not grow with the archive. A PNG
/// or JPEG is a study of its own.
///
/// A complaint is taken from `NAME.txt` beside the image, from the DICOM attributes Reason for Study (0032,1030), Reason for
/// the Requested Procedure (0040,1002), Admitting Diagnoses Description (0008,1080) or Additional Patient History (0010,21B0),
/// from `complaint.txt` in its directory, or else is the one that is assumed: the first of these that says anything.
public struct FolderSource: StudySource {
  public struct Options: Sendable {
    /// Images of any modality and body part are read.
    public var takesAnyImage = false
    /// For studies that say none.
    public var assumedComplaint: String?
    /// A directory that is not entered.
    public var excluded: String?

    public init() {}
  }

  /// How many files of others may lie between two of a study.
  static let reach = 256
  /// The most images of a study.
  static let imageLimit = 8

  public let unit = "files"
  public let total: Int?
  private let root: String
  /// Tells the trees apart that go to one directory of reports.
  private let name: String
  private let options: Options
  private let pseudonyms: Pseudonyms
  private var walk: FolderWalk?
  private var single: String?
  private var looked = 0
  private var open: [DICOMGroup] = []
  /// What is to be given next, the last first.
  private var ready: [ArchiveItem] = []
  private var keys: Set<String> = []

  /// `path` is a directory or an image file.
  public init(_ path: String, pseudonyms: Pseudonyms, options: Options = Options()) throws {
    self.options = options
    self.pseudonyms = pseudonyms
    switch File.kind(of: path) {
    case .directory:
      root = path
      name = Path.name(of: path)
      walk = FolderWalk(path, excluding: options.excluded)
      total = FolderWalk.count(path, excluding: options.excluded)
    case .regular:
      root = Path.parent(of: path)
      name = ""
      single = Path.name(of: path)
      total = 1
    default: throw ArchivesError.noSource(path: path)
    }
  }

  public mutating func next() throws -> ArchiveItem? {
    while ready.isEmpty {
      guard let step = nextStep() else {
        guard !open.isEmpty else { return nil }
        ready = open.flatMap { items(of: $0) }.reversed()
        open = []
        continue
      }
      looked += 1
      var given = look(at: step)
      let isClosed: (DICOMGroup) -> Bool = { [looked] group in looked - group.lastSeen > Self.reach }
      given += open.filter(isClosed).flatMap { items(of: $0) }
      open.removeAll(where: isClosed)
      ready = given.reversed()
    }
    return ready.popLast()
  }

  private mutating func nextStep() -> FolderWalk.Step? {
    if let file = single {
      single = nil
      return .file(file)
    }
    return walk?.next()
  }

  private mutating func look(at step: FolderWalk.Step) -> [ArchiveItem] {
    switch step {
    case .unreadable(let directory, let error):
      let path = directory.isEmpty ? root : Path.join(root, directory)
      return [
        .refusal(Refusal(error, path: path, place: directory, key: fileKey(directory), size: 0))
      ]
    case .file(let path): return look(at: path)
    }
  }

  private mutating func look(at path: String) -> [ArchiveItem] {
    let whole = Path.join(root, path)
    do {
      let mapped = try MappedFile(whole)
      return try withExtendedLifetime(mapped) {
        switch ImageFormat(mapped.bytes) {
        case .dicom: return try add(DICOMFile(mapped.bytes, path: whole), path)
        case .png, .jpeg: return picture(path)
        case nil:
          // Text is a sidecar, or nothing that anybody expects a report for.
          if Path.fileExtension(of: path) == "txt" { return [] }
          return [refusal(.notAnImage, "is neither DICOM, PNG nor JPEG by its content", path)]
        }
      }
    } catch {
      return [.refusal(Refusal(error, path: whole, place: path, key: fileKey(path)))]
    }
  }

  private mutating func picture(_ path: String) -> [ArchiveItem] {
    let key = unusedKey(StudyKey.of("picture", name, path), path)
    var items: [ArchiveItem] = []
    var study = Study(id: key, images: [StudyImage(path: path)])
    study.complaint = complaint(beside: [path], stated: nil, refusing: &items)
    var found = ArchiveStudy(key: key, study: study, directory: root, place: path)
    found.fileKeys = [fileKey(path)]
    return items + [.study(found)]
  }

  // MARK: DICOM

  /// Files of one study, still open for more.
  private struct DICOMGroup {
    let facts: DICOMFacts
    var paths: [String]
    var instances: Set<String>
    var lastSeen: Int
  }

  private mutating func add(_ file: DICOMFile, _ path: String) throws -> [ArchiveItem] {
    let facts = DICOMFacts(file)
    let place = facts.identifiers.masked(path)
    guard file.integer(.rows) != nil else { return [refusal(.noPixels, "holds no image", path, place)] }
    if !options.takesAnyImage, let (reason, detail) = facts.refusal(sopClass: file.text(.sopClassUID)) {
      return [refusal(reason, detail, path, place)]
    }
    do {
      let shape = try file.pixelShape()
      guard shape.frames == 1 else {
        return [refusal(.multipleFrames, "it has \(shape.frames) frames", path, place)]
      }
    } catch {
      return [.refusal(Refusal(error, path: file.path, place: place, key: fileKey(path), isDICOM: true))]
    }
    let match = open.firstIndex {
      $0.facts.studyUID == facts.studyUID && facts.studyUID != nil && $0.facts.patientID == facts.patientID
    }
    guard let match else {
      open.append(
        DICOMGroup(
          facts: facts, paths: [path], instances: Set([facts.instanceUID].compactMap { $0 }), lastSeen: looked
        ))
      return []
    }
    open[match].lastSeen = looked
    if let instance = facts.instanceUID, !open[match].instances.insert(instance).inserted {
      return [refusal(.duplicate, "the study has an image of the same UID already", path, place)]
    }
    guard open[match].paths.count < Self.imageLimit else {
      return [refusal(.tooManyImages, "the study has \(Self.imageLimit) images already", path, place)]
    }
    open[match].paths.append(path)
    return []
  }

  private mutating func items(of group: DICOMGroup) -> [ArchiveItem] {
    let facts = group.facts
    let first = group.paths[0]
    let key = unusedKey(facts.studyUID.map { StudyKey.of("study", $0) } ?? fileKey(first), first)
    var items: [ArchiveItem] = []
    var study = Study(id: key, images: group.paths.map { StudyImage(path: $0) })
    study.patient = pseudonyms.pseudonym(for: facts.patientID)
    study.sex = facts.sex
    study.ageYears = facts.ageYears
    study.complaint = complaint(beside: group.paths, stated: facts.complaint, refusing: &items)
    study.history = facts.history
    var found = ArchiveStudy(
      key: key, study: study, directory: root, place: facts.identifiers.masked(first))
    found.fileKeys = group.paths.map(fileKey)
    found.imagePlaces = group.paths.map(facts.identifiers.masked)
    found.studyUID = facts.studyUID ?? ""
    found.acquired = facts.acquired
    found.modality = facts.modality
    found.bodyPart = facts.bodyPart
    found.size = group.paths.count
    return items + [.study(found)]
  }

  // MARK: What both kinds share

  private func complaint(
    beside paths: [String], stated: String?, refusing items: inout [ArchiveItem]
  ) -> Complaint? {
    func words(_ content: Sidecar.Content?) -> String? {
      switch content {
      case .words(let words): return words
      case .invalid(let path):
        items.append(
          refusal(.invalidText, "is no UTF-8 text of at most \(Sidecar.limit) bytes", path, nil, 0))
      case nil: break
      }
      return nil
    }
    for path in paths {
      if let own = words(Sidecar.own(path, in: root)) { return Complaint(words: own) }
    }
    let found = stated ?? words(Sidecar.shared(paths[0], in: root)) ?? options.assumedComplaint
    return found.map(Complaint.init(words:))
  }

  private func fileKey(_ path: String) -> String { StudyKey.of("file", name, path) }

  /// A study far from others of its UID, or one of another patient that claims it, gets a key of its own.
  private mutating func unusedKey(_ key: String, _ path: String) -> String {
    if keys.insert(key).inserted { return key }
    let other = StudyKey.of("part", key, name, path)
    keys.insert(other)
    return other
  }

  private func refusal(
    _ reason: Refusal.Reason, _ detail: String, _ path: String, _ place: String? = nil, _ size: Int = 1
  ) -> ArchiveItem {
    .refusal(Refusal(reason, detail, place: place ?? path, key: fileKey(path), size: size))
  }
}
