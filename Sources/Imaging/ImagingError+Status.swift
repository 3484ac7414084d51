internal import CImaging

extension ImagingError {
  /// Calls a function of the C room that writes its sentence into a buffer; throws that sentence unless it succeeded.
  static func check(
    _ path: String, _ call: (UnsafeMutablePointer<CChar>, Int) -> imaging_status
  ) throws(ImagingError) {
    var status = IMAGING_OK
    let detail = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer -> String in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress else { return "" }
      status = call(start, buffer.count)
      return status == IMAGING_OK ? "" : String(cString: start)
    }
    if status != IMAGING_OK { throw ImagingError(Reason(status), path: path, detail) }
  }
}

extension ImagingError.Reason {
  init(_ status: imaging_status) {
    switch status {
    case IMAGING_NOT_IMAGE: self = .notAnImage
    case IMAGING_TRUNCATED: self = .truncated
    case IMAGING_UNSUPPORTED: self = .unsupported
    case IMAGING_TOO_LARGE: self = .tooLarge
    case IMAGING_UNAVAILABLE: self = .unavailable
    default: self = .malformed
    }
  }
}
