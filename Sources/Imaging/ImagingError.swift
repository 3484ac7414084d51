public import Groundwork

/// A picture could not be read or written; the sentence names the file and, for DICOM, the attribute.
public struct ImagingError: Diagnostic, Equatable {
  public enum Reason: String, CaseIterable, Sendable {
    /// Neither DICOM, PNG nor JPEG, or a DICOM object without pixels.
    case notAnImage
    /// The data end before what the header promises.
    case truncated
    /// Well-formed, but of a kind that is not read: a transfer syntax, a colour model, raw detector data.
    case unsupported
    /// The data contradict themselves or the standard.
    case malformed
    /// More pixels than the limit.
    case tooLarge
    /// Several frames and none chosen, or a frame that is not there.
    case frame
    /// The installation lacks something.
    case unavailable
  }

  public let reason: Reason
  /// The file, or a few words for bytes that came from elsewhere.
  public let path: String
  /// What is wrong, as the predicate of a sentence whose subject is the file.
  public let detail: String

  public init(_ reason: Reason, path: String, _ detail: String) {
    self.reason = reason
    self.path = path
    self.detail = detail
  }

  public var sentence: String {
    switch reason {
    case .notAnImage: "\(path) \(detail); give a DICOM, PNG or JPEG radiograph"
    case .truncated: "\(path) \(detail); copy it again from its source"
    case .tooLarge: "\(path) \(detail); shrink it below that"
    case .unsupported, .malformed, .frame, .unavailable: "\(path) \(detail)"
    }
  }

  public var fault: Fault { reason == .unavailable ? .inputOutput : .data }
}
