internal import CImaging

/// The shape of the pixels of a DICOM object (PS3.3 C.7.6.3).
public struct PixelShape: Equatable, Sendable {
  public let transferSyntax: String
  public let transferSyntaxName: String
  public let rows: Int
  public let columns: Int
  public let frames: Int
  public let samplesPerPixel: Int
  public let bitsAllocated: Int
  public let bitsStored: Int
  public let highBit: Int
  public let isSigned: Bool
  /// The transfer syntax loses information.
  public let isLossy: Bool
  /// Bytes of a decoded sample: 1, 2 or 4.
  public let sampleBytes: Int
  public let frameBytes: Int
}

extension DICOMFile {
  /// The most pixels a frame may claim.
  public static let pixelLimit = 64 << 20

  /// What the header claims about the pixels, checked against itself, `pixelLimit`, and the length of the data.
  public func pixelShape(pixelLimit: Int = DICOMFile.pixelLimit) throws(ImagingError) -> PixelShape {
    PixelShape(try rawShape(pixelLimit: pixelLimit))
  }

  private func rawShape(pixelLimit: Int) throws(ImagingError) -> imaging_pixels {
    var shape = imaging_pixels()
    try ImagingError.check(path) { message, size in
      imaging_dicom_pixels(handle, UInt64(max(pixelLimit, 0)), &shape, message, size)
    }
    return shape
  }

  /// The stored values of a frame: rows, columns, samples, in native byte order.
  /// - Parameter frame: from 0.
  public func storedFrame(_ frame: Int, pixelLimit: Int = DICOMFile.pixelLimit) throws(ImagingError)
    -> [UInt8]
  {
    var shape = try rawShape(pixelLimit: pixelLimit)
    guard frame >= 0, frame < Int(shape.frames) else {
      throw ImagingError(
        .frame, path: path, "has \(shape.frames) frames (0028,0008); there is no frame \(frame + 1)")
    }
    var bytes = [UInt8](repeating: 0, count: Int(shape.frame_bytes))
    try ImagingError.check(path) { message, size in
      bytes.withUnsafeMutableBytes { buffer in
        imaging_dicom_frame(handle, &shape, UInt32(frame), buffer.baseAddress, buffer.count, message, size)
      }
    }
    return bytes
  }

  /// The first table of the Modality or the VOI LUT sequence; nil when there is none.
  func lookUpTable(_ table: imaging_table) throws(ImagingError) -> LookUpTable? {
    var shape = imaging_table_shape()
    var isAbsent = false
    try ImagingError.check(path) { message, size in
      let status = imaging_dicom_table(handle, table, &shape, nil, 0, message, size)
      isAbsent = status == IMAGING_ABSENT
      return isAbsent ? IMAGING_OK : status
    }
    if isAbsent { return nil }
    var entries = [UInt16](repeating: 0, count: Int(shape.entries))
    try ImagingError.check(path) { message, size in
      imaging_dicom_table(handle, table, &shape, &entries, entries.count, message, size)
    }
    return LookUpTable(first: Int(shape.first), bits: Int(shape.bits), entries: entries)
  }
}

extension PixelShape {
  init(_ shape: imaging_pixels) {
    transferSyntax = shape.transfer_syntax.map { String(cString: $0) } ?? ""
    transferSyntaxName = shape.transfer_syntax_name.map { String(cString: $0) } ?? ""
    rows = Int(shape.rows)
    columns = Int(shape.columns)
    frames = Int(shape.frames)
    samplesPerPixel = Int(shape.samples)
    bitsAllocated = Int(shape.bits_allocated)
    bitsStored = Int(shape.bits_stored)
    highBit = Int(shape.high_bit)
    isSigned = shape.is_signed
    isLossy = shape.is_lossy
    sampleBytes = Int(shape.sample_bytes)
    frameBytes = Int(shape.frame_bytes)
  }

  /// The number in the bits that count of an allocated sample (PS3.5 8.1.1): those above High Bit may hold an overlay.
  func storedValue(_ sample: UInt32) -> Int {
    let field = Int(sample >> UInt32(highBit + 1 - bitsStored)) & ((1 << bitsStored) - 1)
    return isSigned && field >> (bitsStored - 1) & 1 == 1 ? field - (1 << bitsStored) : field
  }

  /// The number in all bits of an allocated sample.
  func allocatedValue(_ sample: UInt32) -> Int {
    let bits = sampleBytes * 8
    let value = Int(sample)
    return isSigned && value >> (bits - 1) & 1 == 1 ? value - (1 << bits) : value
  }
}
