public import Groundwork
internal import Imaging

/// Why something in an archive gets no report.
public struct Refusal: Sendable, Equatable {
  public enum Reason: String, CaseIterable, Sendable {
    /// Neither DICOM, PNG nor JPEG.
    case notAnImage = "not_an_image"
    /// DICOM without an image, such as a structured report or a DICOMDIR.
    case noPixels = "no_pixels"
    /// Not a plain radiograph.
    case modality
    /// Not of the chest.
    case bodyPart = "body_part"
    case multipleFrames = "multiple_frames"
    /// A transfer syntax, a colour model or raw detector data that is not read.
    case unsupported
    /// The data end early or contradict themselves.
    case damaged
    case tooLarge = "too_large"
    case tooSmall = "too_small"
    /// All pixels are equal.
    case blank
    /// An image that the study has already.
    case duplicate
    /// More images than a study may have.
    case tooManyImages = "too_many_images"
    /// The system would not give the file.
    case unreadable
    /// A line of the records is none.
    case invalidRecord = "invalid_record"
    /// A complaint beside an image is not UTF-8.
    case invalidText = "invalid_text"
    /// Complaint and history do not fit what the model reads.
    case tooLong = "too_long"
    /// The model could not write an answer.
    case noAnswer = "no_answer"
  }

  public let reason: Reason
  /// What is wrong, without a path.
  public let detail: String
  /// Where it is: a path inside the source, or a line of the records.
  public let place: String
  /// Names it in the journal.
  public let key: String
  /// How many of the source's units it takes up.
  public let size: Int

  init(_ reason: Reason, _ detail: String, place: String, key: String, size: Int = 1) {
    self.reason = reason
    self.detail = detail
    self.place = place
    self.key = key
    self.size = size
  }

  /// For an error of reading a file.
  init(
    _ error: any Error, path: String, place: String, key: String, size: Int = 1, isDICOM: Bool = false
  ) {
    switch error {
    case let error as ImagingError:
      // What was opened as DICOM and is no image has none.
      let reason = isDICOM && error.reason == .notAnImage ? .noPixels : Reason(error.reason)
      self.init(reason, error.detail, place: place, key: key, size: size)
    case let error as FileError:
      let detail = error.sentence.replacing(path, with: "the file")
      self.init(.unreadable, detail, place: place, key: key, size: size)
    default: self.init(.damaged, "\(error)", place: place, key: key, size: size)
    }
  }
}

extension Refusal: Diagnostic {
  public var sentence: String { "\(place) is refused: \(detail)" }
  public var fault: Fault { .data }
}

extension Refusal.Reason {
  init(_ reason: ImagingError.Reason) {
    switch reason {
    case .notAnImage: self = .notAnImage
    case .truncated, .malformed: self = .damaged
    case .unsupported: self = .unsupported
    case .tooLarge: self = .tooLarge
    case .frame: self = .multipleFrames
    case .unavailable: self = .unreadable
    }
  }
}
