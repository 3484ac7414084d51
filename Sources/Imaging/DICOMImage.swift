internal import CImaging

/// How pixels are encoded in a written DICOM file; all lossless.
public enum DICOMSyntax: String, CaseIterable, Sendable {
  case explicitLittleEndian = "1.2.840.10008.1.2.1"
  case implicitLittleEndian = "1.2.840.10008.1.2"
  case rle = "1.2.840.10008.1.2.5"
  /// Process 14, selection value 1.
  case jpegLossless = "1.2.840.10008.1.2.4.70"
  case jpegLSLossless = "1.2.840.10008.1.2.4.80"

  var code: imaging_syntax {
    switch self {
    case .explicitLittleEndian: IMAGING_EXPLICIT_LITTLE_ENDIAN
    case .implicitLittleEndian: IMAGING_IMPLICIT_LITTLE_ENDIAN
    case .rle: IMAGING_RLE
    case .jpegLossless: IMAGING_JPEG_LOSSLESS
    case .jpegLSLossless: IMAGING_JPEG_LS_LOSSLESS
    }
  }
}

/// A single-frame grey DICOM image to be written, such as a phantom's radiograph.
public struct DICOMImage: Sendable {
  /// SOP classes of radiographs (PS3.4 B.5).
  public static let computedRadiography = "1.2.840.10008.5.1.4.1.1.1"
  public static let digitalXRayForPresentation = "1.2.840.10008.5.1.4.1.1.1.1"

  public struct Attribute: Sendable {
    public let tag: DICOMTag
    /// UTF-8; several values joined by backslashes.
    public let text: String
    /// The sequence whose first item holds the attribute.
    public let sequence: DICOMTag?

    public init(_ tag: DICOMTag, _ text: String, in sequence: DICOMTag? = nil) {
      self.tag = tag
      self.text = text
      self.sequence = sequence
    }
  }

  public let rows: Int
  public let columns: Int
  /// `rows * columns` stored values, row-major.
  public let samples: [UInt16]
  /// 8...16.
  public let bitsStored: Int
  /// Low values are white.
  public let isMonochrome1: Bool
  /// Everything but the image pixel module and the character set; SOP Class UID and SOP Instance UID are needed.
  public let attributes: [Attribute]

  public init(
    rows: Int, columns: Int, samples: [UInt16], bitsStored: Int, isMonochrome1: Bool = false,
    attributes: [Attribute]
  ) {
    self.rows = rows
    self.columns = columns
    self.samples = samples
    self.bitsStored = bitsStored
    self.isMonochrome1 = isMonochrome1
    self.attributes = attributes
  }

  /// The bytes of a DICOM file (PS3.10).
  public func encoded(_ syntax: DICOMSyntax = .explicitLittleEndian) throws(ImagingError) -> [UInt8] {
    let subject = "the image"
    guard (1...65535).contains(rows), (1...65535).contains(columns), samples.count == rows * columns,
      (8...16).contains(bitsStored)
    else {
      throw ImagingError(
        .malformed, path: subject,
        "has \(samples.count) samples of \(bitsStored) bits, which do not make \(rows) rows of \(columns)")
    }
    // C strings that live until the end of the call.
    let texts = attributes.map { Array($0.text.utf8CString) }
    let starts = texts.map(\.count).reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let storage = texts.flatMap { $0 }
    var start: UnsafeMutablePointer<UInt8>?
    var size = 0
    try ImagingError.check(subject) { message, capacity in
      storage.withUnsafeBufferPointer { storage in
        let list = attributes.indices.map { index in
          imaging_attribute(
            group: attributes[index].tag.group, element: attributes[index].tag.element,
            text: storage.baseAddress?.advanced(by: starts[index]),
            sequence_group: attributes[index].sequence?.group ?? 0,
            sequence_element: attributes[index].sequence?.element ?? 0)
        }
        return imaging_dicom_encode(
          samples, UInt32(rows), UInt32(columns), UInt32(bitsStored), isMonochrome1, syntax.code, list,
          list.count,
          &start, &size, message, capacity)
      }
    }
    defer { imaging_free(start) }
    return Array(UnsafeBufferPointer(start: start, count: size))
  }
}
