internal import Groundwork
internal import Imaging
internal import Studies

extension ArchiveStudy {
  /// A study of named image files. Sex, age, complaint and history are those of the first DICOM file that says them.
  ///
  /// Throws `ArchivesError.refused` for what a model of chest radiographs should not read, unless `takesAnyImage`.
  public static func of(_ paths: [String], takesAnyImage: Bool = false) throws -> ArchiveStudy {
    var study = Study(id: "study", images: paths.map { StudyImage(path: $0) })
    var found = ArchiveStudy(key: study.id, study: study, directory: "", place: paths.first ?? "")
    for path in paths {
      let mapped = try MappedFile(path)
      try withExtendedLifetime(mapped) {
        guard ImageFormat(mapped.bytes) == .dicom else { return }
        let file = try DICOMFile(mapped.bytes, path: path)
        let facts = DICOMFacts(file)
        if !takesAnyImage, let (_, detail) = facts.refusal(sopClass: file.text(.sopClassUID)) {
          throw ArchivesError.refused(path: path, detail: detail)
        }
        study.sex = study.sex ?? facts.sex
        study.ageYears = study.ageYears ?? facts.ageYears
        study.complaint = study.complaint ?? facts.complaint.map(Complaint.init(words:))
        study.history = study.history ?? facts.history
        if found.studyUID.isEmpty { found.studyUID = facts.studyUID ?? "" }
        found.acquired = found.acquired ?? facts.acquired
        found.bodyPart = found.bodyPart ?? facts.bodyPart
      }
    }
    found.study = study
    return found
  }
}
