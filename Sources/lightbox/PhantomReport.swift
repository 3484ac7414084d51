import Groundwork
import Imaging
import Reports
import Studies

/// The reference report of a phantom study.
enum PhantomReport {
  /// The study with the report that its findings yield, on its images as a reader of their files sees them.
  static func completing(_ study: Study, in directory: String, seed: UInt64) throws -> Study {
    // A fixed time, so that the same seed gives the same bytes.
    let provenance = Provenance(
      software: "lightbox \(Lightbox.version) synthesize", seed: seed, generated: "2026-01-01T00:00:00Z")
    var context = ReportContext(provenance: provenance)
    context.studyUID = study.id
    for image in study.images {
      let path = Path.join(directory, image.path)
      let bytes = try File.read(path)
      var radiograph = try bytes.withUnsafeBytes { try Radiograph.read($0, path: path) }
      if radiograph.view == .unknown, let view = image.view {
        // A PNG does not tell; whoever made the record does.
        radiograph.view = view
        radiograph.viewSource = .user
      }
      context.images.append(.init(radiograph, digest: SHA256.hexadecimal(of: bytes)))
    }
    var study = study
    study.report = Report.compose(from: study, context: context).json
    return study
  }
}
