internal import CImaging

/// From the stored values of a DICOM image to display intensities: padding out, modality LUT or rescale, VOI, inversion.
struct DisplayCurve {
  enum Modality {
    case rescale(slope: Double, intercept: Double)
    case table(LookUpTable)
  }

  enum ValuesOfInterest {
    case window(DisplayWindow)
    case table(LookUpTable)
    /// A straight line from 0 at `low` to 1 at `high`.
    case span(low: Double, high: Double)
  }

  let shape: PixelShape
  /// Allocated values that are no part of the picture.
  let padding: ClosedRange<Int>?
  let modality: Modality
  /// Nil when the file says nothing.
  var interest: ValuesOfInterest?
  let isInverted: Bool
  let remarks: [String]

  var policy: PixelPolicy {
    switch interest {
    case .window: .window
    case .table: .lookUpTable
    case .span, nil: .percentile
    }
  }

  init(_ file: DICOMFile, shape: PixelShape) throws(ImagingError) {
    self.shape = shape
    var remarks: [String] = []
    padding = Self.padding(file, shape)
    modality = try Self.modality(file)
    interest = try Self.interest(file, &remarks)
    isInverted = Self.isInverted(file)
    self.remarks = remarks
  }

  /// The value after the modality step; nil for padding.
  func modalityValue(_ sample: UInt32) -> Double? {
    if let padding, padding.contains(shape.allocatedValue(sample)) { return nil }
    let stored = shape.storedValue(sample)
    switch modality {
    case .rescale(let slope, let intercept): return Double(stored) * slope + intercept
    case .table(let table): return Double(table(stored))
    }
  }

  /// The display intensity 0 (black) ... 1 (white) of an allocated sample; padding is black.
  func intensity(_ sample: UInt32) -> Float {
    guard let value = modalityValue(sample) else { return 0 }
    let level: Double
    switch interest {
    case .window(let window): level = window(value)
    case .table(let table): level = Double(table(Int(value.rounded()))) / Double((1 << table.bits) - 1)
    case .span(let low, let high): level = (value - low) / (high - low)
    case nil: level = 0
    }
    let clamped = Float(min(max(level, 0), 1))
    return isInverted ? 1 - clamped : clamped
  }

  private static func padding(_ file: DICOMFile, _ shape: PixelShape) -> ClosedRange<Int>? {
    // The value representation, US or SS, need not match the pixels'; the bits do.
    func value(_ tag: DICOMTag) -> Int? {
      guard let number = file.integer(tag) else { return nil }
      let bits = shape.sampleBytes * 8
      return shape.allocatedValue(UInt32(truncatingIfNeeded: number & ((1 << bits) - 1)))
    }
    guard let one = value(.pixelPaddingValue) else { return nil }
    let other = value(.pixelPaddingRangeLimit) ?? one
    return min(one, other)...max(one, other)
  }

  private static func modality(_ file: DICOMFile) throws(ImagingError) -> Modality {
    if let table = try file.lookUpTable(IMAGING_MODALITY_LUT) { return .table(table) }
    let slope = try file.number(.rescaleSlope, "Rescale Slope") ?? 1
    guard slope != 0 else {
      throw ImagingError(
        .malformed, path: file.path, "has a Rescale Slope (0028,1053) of 0, which leaves no picture")
    }
    return .rescale(slope: slope, intercept: try file.number(.rescaleIntercept, "Rescale Intercept") ?? 0)
  }

  private static func interest(
    _ file: DICOMFile, _ remarks: inout [String]
  ) throws(ImagingError) -> ValuesOfInterest? {
    let center = try file.number(.windowCenter, "Window Center")
    let width = try file.number(.windowWidth, "Window Width")
    if let center, let width {
      let name = file.text(.voiLUTFunction) ?? DisplayWindow.Function.linear.rawValue
      guard let function = DisplayWindow.Function(rawValue: name) else {
        throw ImagingError(
          .malformed, path: file.path,
          "has a VOI LUT Function (0028,1056) that is none of LINEAR, LINEAR_EXACT and SIGMOID")
      }
      if let window = DisplayWindow(center: center, width: width, function: function) {
        return .window(window)
      }
      remarks.append("Window Width (0028,1051) is too small to be one and was passed over")
    }
    return try file.lookUpTable(IMAGING_VOI_LUT).map { .table($0) }
  }

  /// Presentation LUT Shape speaks where it is there, else the photometric interpretation (PS3.3 C.11.6, C.7.6.3.1.2).
  private static func isInverted(_ file: DICOMFile) -> Bool {
    switch file.text(.presentationLUTShape) {
    case "INVERSE": true
    case "IDENTITY": false
    default: file.text(.photometricInterpretation) == "MONOCHROME1"
    }
  }
}

extension DICOMFile {
  /// The first value of a decimal attribute; nil when absent or empty.
  func number(_ tag: DICOMTag, _ name: String) throws(ImagingError) -> Double? {
    guard let text = texts(tag).first, !text.isEmpty else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw ImagingError(.malformed, path: path, "has a \(name) \(tag) that is not a number")
    }
    return number
  }
}
