internal import CImaging

/// Writing PNG.
public enum PNGFile {
  /// Grey, 8 bits; `width * height` samples, row-major.
  public static func encode(grey: [UInt8], width: Int, height: Int) throws(ImagingError) -> [UInt8] {
    try encode(grey, width: width, height: height, channels: 1, bits: 8)
  }

  /// Grey, 16 bits; `width * height` samples, row-major.
  public static func encode(grey: [UInt16], width: Int, height: Int) throws(ImagingError) -> [UInt8] {
    try encode(grey, width: width, height: height, channels: 1, bits: 16)
  }

  /// Red, green, blue, 8 bits each; `width * height * 3` samples, row-major.
  public static func encode(color: [UInt8], width: Int, height: Int) throws(ImagingError) -> [UInt8] {
    try encode(color, width: width, height: height, channels: 3, bits: 8)
  }

  /// Red, green, blue and opacity (0 lets everything through), 8 bits each; `width * height * 4` samples, row-major.
  public static func encode(overlay: [UInt8], width: Int, height: Int) throws(ImagingError) -> [UInt8] {
    try encode(overlay, width: width, height: height, channels: 4, bits: 8)
  }

  private static func encode<Sample: FixedWidthInteger>(
    _ samples: [Sample], width: Int, height: Int, channels: Int, bits: Int
  ) throws(ImagingError) -> [UInt8] {
    let subject = "the picture"
    let (area, overflows) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, width <= Int(Int32.max), height <= Int(Int32.max), !overflows,
      area <= samples.count, samples.count == area * channels
    else {
      throw ImagingError(
        .malformed, path: subject, "has \(samples.count) samples, not those of \(width) x \(height) pixels")
    }
    var start: UnsafeMutablePointer<UInt8>?
    var size = 0
    try ImagingError.check(subject) { message, capacity in
      imaging_png_encode(
        samples, UInt32(width), UInt32(height), UInt32(channels), UInt32(bits), &start, &size,
        message,
        capacity)
    }
    defer { imaging_free(start) }
    return Array(UnsafeBufferPointer(start: start, count: size))
  }
}

extension Radiograph {
  /// The display intensities as grey PNG of 8 or 16 bits.
  public func png(bits: Int = 8) throws(ImagingError) -> [UInt8] {
    if bits == 16 {
      return try PNGFile.encode(grey: quantised(to: UInt16.self), width: width, height: height)
    }
    guard bits == 8 else { throw ImagingError(.unsupported, path: "the picture", "can have 8 or 16 bits") }
    return try PNGFile.encode(grey: quantised(to: UInt8.self), width: width, height: height)
  }

  private func quantised<Sample: FixedWidthInteger & UnsignedInteger>(to _: Sample.Type) -> [Sample] {
    let white = Float(Sample.max)
    return pixels.map { Sample((min(max($0, 0), 1) * white).rounded()) }
  }
}
