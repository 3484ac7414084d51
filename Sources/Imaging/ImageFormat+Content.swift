internal import CImaging

extension ImageFormat {
  /// What the bytes of a file are by their beginning; nil when they are no picture that is read.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    switch imaging_format_of(bytes.baseAddress, bytes.count) {
    case IMAGING_FORMAT_DICOM: self = .dicom
    case IMAGING_FORMAT_PNG: self = .png
    case IMAGING_FORMAT_JPEG: self = .jpeg
    default: return nil
    }
  }
}
