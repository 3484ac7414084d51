internal import CImaging
internal import Groundwork

extension Radiograph {
  /// The most pixels a picture may claim.
  public static let pixelLimit = DICOMFile.pixelLimit

  /// Reads a radiograph from a DICOM, PNG or JPEG file, told apart by content.
  /// - Parameters:
  ///   - frame: which frame of a DICOM object of several, from 1.
  ///   - pixelLimit: a file that claims more pixels is refused.
  /// - Throws: `ImagingError` that names the file and the attribute, `FileError` when the file cannot be read.
  public static func read(
    _ path: String, frame: Int? = nil, pixelLimit: Int = Radiograph.pixelLimit
  ) throws -> Radiograph {
    let mapped = try MappedFile(path)
    return try withExtendedLifetime(mapped) {
      try read(mapped.bytes, path: path, frame: frame, pixelLimit: pixelLimit)
    }
  }

  /// Reads a radiograph from the bytes of a file; `path` stands for it in errors.
  public static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, frame: Int? = nil, pixelLimit: Int = Radiograph.pixelLimit
  ) throws(ImagingError) -> Radiograph {
    if imaging_format_of(bytes.baseAddress, bytes.count) == IMAGING_FORMAT_DICOM {
      let file = try DICOMFile(bytes, path: path)
      return try Radiograph(file, frame: frame, pixelLimit: pixelLimit)
    }
    if let frame, frame != 1 {
      throw ImagingError(.frame, path: path, "has one frame; there is no frame \(frame)")
    }
    return Radiograph(try Picture(bytes, path: path, pixelLimit: pixelLimit))
  }

  /// A PNG or JPEG holds display intensities already. A 16-bit file whose brightest pixel is below half of white holds stored
  /// values of fewer bits, and is windowed by percentiles.
  init(_ picture: Picture) {
    var histogram = Histogram(sampleBytes: 2)
    let white = Double(picture.header.maximum)
    var (low, high) = (0.0, white)
    var policy: PixelPolicy?
    if picture.header.maximum > 255 {
      picture.samples.withUnsafeBytes { histogram.add($0) }
      let brightest = histogram.counts.lastIndex { $0 > 0 } ?? 0
      if Double(brightest) * 2 < white,
        let span = histogram.percentiles(
          low: Self.lowPercentile, high: Self.highPercentile, value: { Double($0) })
      {
        (low, high) = (span.low, max(span.high, span.low + 1))
        policy = .percentile
      }
    }
    let table = (0...Int(white)).map { Float(min(max((Double($0) - low) / (high - low), 0), 1)) }
    // A sample never exceeds the white of its file, but the table is as long as the samples are wide.
    let whole = table + [Float](repeating: 1, count: 65536 - table.count)
    let pixels = [Float](unsafeUninitializedCapacity: picture.samples.count) { buffer, count in
      imaging_look_up_16(picture.samples, picture.samples.count, whole, buffer.baseAddress)
      count = picture.samples.count
    }
    self.init(
      width: picture.width, height: picture.height, pixels: pixels, pixelPolicy: policy,
      sourceWidth: Int(picture.header.stored_width), sourceHeight: Int(picture.header.stored_height),
      toSource: picture.toSource)
  }

  /// Where a file names no window, the darkest and the brightest hundredth of its pixels are cut off.
  static var lowPercentile: Double { 0.01 }
  static var highPercentile: Double { 0.99 }
}
