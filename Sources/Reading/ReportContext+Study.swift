import Groundwork
import Imaging
import Reports
import Studies

extension ReportContext {
  /// What a study record and its images, read from files in a directory, say about a study.
  public init(_ study: Study, _ radiographs: [Radiograph], in directory: String, provenance: Provenance)
    throws
  {
    self.init(
      images: try zip(study.images, radiographs).map { image, radiograph in
        Image(radiograph, digest: try SHA256.hexadecimal(ofFile: Path.join(directory, image.path)))
      }, provenance: provenance)
    studyUID = study.id
    pseudonym = study.patient ?? ""
    sex = study.sex ?? .unknown
    ageYears = study.ageYears
    complaint = study.complaint
    if let modality = radiographs.first?.modality { self.modality = modality }
  }
}
