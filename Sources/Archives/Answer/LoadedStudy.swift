internal import Groundwork
internal import Imaging
public import Reading
public import Reports
internal import Studies

/// A study with its images read, ready for a model.
public struct LoadedStudy: Sendable {
  public let archived: ArchiveStudy
  public let encoded: EncodedStudy
  /// Frontal images first.
  public let images: [ShownImage]
  public internal(set) var context: ReportContext
  /// What any image's reader ought to know, one sentence each.
  public let remarks: [String]

  /// An image smaller than this shows nothing of a chest.
  static let smallestSide = 64

  /// Reads the images of a study. An image that cannot be read is refused, the others are taken; without any, and for words that
  /// the model cannot read, the study is nil.
  public static func load(
    _ archived: ArchiveStudy, _ encoder: StudyEncoder, provenance: Provenance
  ) -> (study: LoadedStudy?, refusals: [Refusal]) {
    var refusals: [Refusal] = []
    var views: [(image: StudyImage, radiograph: Radiograph, digest: String)] = []
    for image in archived.study.images {
      let path = Path.join(archived.directory, image.path)
      do {
        let radiograph = try radiograph(image, path)
        if let (reason, detail) = fault(of: radiograph) {
          refusals.append(archived.refusal(reason, detail, image))
        } else {
          views.append((image, radiograph, try SHA256.hexadecimal(ofFile: path)))
        }
      } catch {
        refusals.append(archived.refusal(error, image, path))
      }
    }
    if views.isEmpty, !archived.study.images.isEmpty { return (nil, refusals) }
    // Stable, so that images of one kind stay in the order of the source.
    let order = views.indices.sorted { (views[$0].radiograph.rank, $0) < (views[$1].radiograph.rank, $1) }
    let sorted = order.map { views[$0] }
    var study = archived.study
    study.images = sorted.map(\.image)
    do {
      let encoded = try encoder.encode(study, radiographs: sorted.map(\.radiograph))
      var context = ReportContext(
        images: sorted.map { .init($0.radiograph, digest: $0.digest) }, provenance: provenance)
      context.add(archived, modality: sorted.first?.radiograph.modality)
      let images = sorted.enumerated().map { index, view in
        ShownImage(
          view.radiograph, prepared: encoded.images.indices.contains(index) ? encoded.images[index] : nil)
      }
      let remarks = sorted.flatMap(\.radiograph.remarks)
      return (
        LoadedStudy(
          archived: archived, encoded: encoded, images: images, context: context, remarks: remarks), refusals
      )
    } catch let error as ReadingError {
      return (nil, refusals + [archived.refusal(.tooLong, error.sentence)])
    } catch {
      return (nil, refusals + [archived.refusal(.damaged, "\(error)")])
    }
  }

  private static func radiograph(_ image: StudyImage, _ path: String) throws -> Radiograph {
    var radiograph = try Radiograph.read(path)
    if let view = image.view, view != .unknown {
      radiograph.view = view
      radiograph.viewSource = .user
    }
    return radiograph
  }

  private static func fault(of radiograph: Radiograph) -> (Refusal.Reason, String)? {
    let (width, height) = (radiograph.width, radiograph.height)
    guard min(width, height) >= smallestSide else {
      return (
        .tooSmall, "it has \(width) x \(height) pixels; a radiograph has at least \(smallestSide) a side"
      )
    }
    guard radiograph.pixels.contains(where: { $0 != radiograph.pixels[0] }) else {
      return (.blank, "all its pixels are equal")
    }
    return nil
  }
}

extension ArchiveStudy {
  /// The refusal of one of the images.
  fileprivate func refusal(_ reason: Refusal.Reason, _ detail: String, _ image: StudyImage) -> Refusal {
    Refusal(reason, detail, place: place(of: image), key: StudyKey.of("image", key, image.path), size: 0)
  }

  fileprivate func refusal(_ error: any Error, _ image: StudyImage, _ path: String) -> Refusal {
    Refusal(error, path: path, place: place(of: image), key: StudyKey.of("image", key, image.path), size: 0)
  }

  /// The refusal of the whole study.
  func refusal(_ reason: Refusal.Reason, _ detail: String) -> Refusal {
    Refusal(reason, detail, place: place, key: key, size: 0)
  }

  private func place(of image: StudyImage) -> String {
    if let index = study.images.firstIndex(of: image), imagePlaces.indices.contains(index) {
      return imagePlaces[index]
    }
    return place.isEmpty || place == image.path ? image.path : "\(place), \(image.path)"
  }
}

extension Radiograph {
  /// Frontal images come first.
  fileprivate var rank: Int { view.isFrontal ? 0 : view == .lateral ? 2 : 1 }
}

extension ReportContext {
  /// What the archive says about a study.
  fileprivate mutating func add(_ archived: ArchiveStudy, modality: String?) {
    let study = archived.study
    studyUID = archived.studyUID
    acquired = archived.acquired
    if let modality { self.modality = modality }
    if let part = archived.bodyPart { bodyPart = part }
    pseudonym = study.patient ?? ""
    sex = study.sex ?? .unknown
    ageYears = study.ageYears
    complaint = study.complaint
  }
}
