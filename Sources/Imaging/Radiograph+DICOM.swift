internal import CImaging

extension Radiograph {
  /// The frame of a DICOM object as a viewer shows it (PS3.4 N.2): padding excluded, modality LUT, VOI, presentation shape;
  /// then made square-pixelled and upright.
  /// - Parameter frame: from 1; needed when there are several.
  public init(_ file: DICOMFile, frame: Int? = nil, pixelLimit: Int = Radiograph.pixelLimit)
    throws(ImagingError)
  {
    let shape = try file.pixelShape(pixelLimit: pixelLimit)
    guard shape.frames == 1 || frame != nil else {
      throw ImagingError(
        .frame, path: file.path, "has \(shape.frames) frames (0028,0008); say which one, from 1")
    }
    guard file.text(.presentationIntentType) != "FOR PROCESSING" else {
      throw ImagingError(
        .unsupported, path: file.path,
        "holds raw detector data: Presentation Intent Type (0008,0068) is FOR PROCESSING; send the image for presentation"
      )
    }
    let bytes = try file.storedFrame((frame ?? 1) - 1, pixelLimit: pixelLimit)
    let shown = try Self.displayed(bytes, file: file, shape: shape)
    var remarks = shown.remarks
    let square = try Self.squared(
      shown.pixels, width: shape.columns, height: shape.rows, file: file, pixelLimit: pixelLimit,
      remarks: &remarks)
    let turn = Turn(patientOrientation: file.texts(.patientOrientation)) ?? .none
    let upright = turn.applied(to: square.pixels, width: square.width, height: square.height)
    if file.text(.burnedInAnnotation) == "YES" {
      remarks.append("Burned In Annotation (0028,0301) is YES: the picture itself may name the patient")
    }
    let view = View(file)
    self.init(
      width: upright.width, height: upright.height, pixels: upright.pixels, view: view,
      viewSource: view == .unknown ? nil : .tag, pixelPolicy: shown.policy, isInverted: shown.isInverted,
      isMirrored: turn.isMirrored, sourceWidth: shape.columns, sourceHeight: shape.rows,
      toSource: upright.toStored.then(
        .scale(
          x: Double(shape.columns) / Double(square.width), y: Double(shape.rows) / Double(square.height))),
      instanceUID: file.text(.sopInstanceUID), modality: file.text(.modality), remarks: remarks)
  }

  private struct Displayed {
    var pixels: [Float]
    var policy: PixelPolicy?
    var isInverted = false
    var remarks: [String] = []
  }

  private static func displayed(
    _ bytes: [UInt8], file: DICOMFile, shape: PixelShape
  ) throws(ImagingError) -> Displayed {
    let photometric = file.text(.photometricInterpretation) ?? ""
    switch (photometric, shape.samplesPerPixel) {
    case ("MONOCHROME1", 1), ("MONOCHROME2", 1):
      return try monochrome(bytes, file: file, shape: shape)
    case ("RGB", 3), ("YBR_FULL", 3), ("YBR_FULL_422", 3):
      guard shape.sampleBytes == 1 else { break }
      return Displayed(pixels: luma(bytes, isLumaFirst: photometric != "RGB"))
    case ("MONOCHROME1", _), ("MONOCHROME2", _), ("RGB", _), ("YBR_FULL", _), ("YBR_FULL_422", _), ("", _):
      throw ImagingError(
        .malformed, path: file.path,
        "contradicts itself: Photometric Interpretation (0028,0004) "
          + (photometric.isEmpty ? "is absent" : "is \(photometric)")
          + " with \(shape.samplesPerPixel) Samples per Pixel (0028,0002)")
    default: break
    }
    throw ImagingError(
      .unsupported, path: file.path,
      "has the Photometric Interpretation (0028,0004) \(photometric.prefix(16)) with \(shape.bitsAllocated) Bits Allocated "
        + "(0028,0100), which is no radiograph's")
  }

  private static func monochrome(
    _ bytes: [UInt8], file: DICOMFile, shape: PixelShape
  ) throws(ImagingError) -> Displayed {
    var curve = try DisplayCurve(file, shape: shape)
    let count = bytes.count / shape.sampleBytes
    let pixels: [Float] = bytes.withUnsafeBytes { buffer in
      if curve.interest == nil { curve.interest = span(of: buffer, curve: curve) }
      let fixed = curve
      guard shape.sampleBytes <= 2 else {
        return buffer.bindMemory(to: UInt32.self).map { fixed.intensity($0) }
      }
      let table = (0..<(1 << UInt32(shape.sampleBytes * 8))).map { fixed.intensity($0) }
      return [Float](unsafeUninitializedCapacity: count) { output, initialised in
        if shape.sampleBytes == 1 {
          imaging_look_up_8(buffer.bindMemory(to: UInt8.self).baseAddress, count, table, output.baseAddress)
        } else {
          imaging_look_up_16(buffer.bindMemory(to: UInt16.self).baseAddress, count, table, output.baseAddress)
        }
        initialised = count
      }
    }
    return Displayed(
      pixels: pixels, policy: curve.policy, isInverted: curve.isInverted, remarks: curve.remarks)
  }

  /// The span of values between the percentiles, padding left out.
  private static func span(of buffer: UnsafeRawBufferPointer, curve: DisplayCurve)
    -> DisplayCurve.ValuesOfInterest
  {
    var found: (low: Double, high: Double)?
    if curve.shape.sampleBytes <= 2 {
      var histogram = Histogram(sampleBytes: curve.shape.sampleBytes)
      histogram.add(buffer)
      found = histogram.percentiles(low: lowPercentile, high: highPercentile) { pattern in
        curve.modalityValue(UInt32(pattern))
      }
    } else {
      let values = buffer.bindMemory(to: UInt32.self).compactMap { curve.modalityValue($0) }.sorted()
      if !values.isEmpty {
        let last = Double(values.count - 1)
        found = (values[Int(lowPercentile * last)], values[Int(highPercentile * last)])
      }
    }
    guard let found, found.high > found.low else {
      let level = found?.low ?? 0
      return .span(low: level - 0.5, high: level + 0.5)
    }
    return .span(low: found.low, high: found.high)
  }

  private static func luma(_ bytes: [UInt8], isLumaFirst: Bool) -> [Float] {
    (0..<bytes.count / 3).map { pixel in
      let start = 3 * pixel
      if isLumaFirst { return Float(bytes[start]) / 255 }
      // ITU-R BT.601.
      let level =
        0.299 * Float(bytes[start]) + 0.587 * Float(bytes[start + 1]) + 0.114 * Float(bytes[start + 2])
      return min(level / 255, 1)
    }
  }

  /// Stretches the shorter side of the pixels so that they become squares.
  private static func squared(
    _ pixels: [Float], width: Int, height: Int, file: DICOMFile, pixelLimit: Int, remarks: inout [String]
  ) throws(ImagingError) -> (pixels: [Float], width: Int, height: Int) {
    guard let aspect = aspect(file, &remarks), abs(aspect - 1) > 0.01 else { return (pixels, width, height) }
    let newWidth = aspect < 1 ? Int((Double(width) / aspect).rounded()) : width
    let newHeight = aspect > 1 ? Int((Double(height) * aspect).rounded()) : height
    guard newWidth * newHeight <= pixelLimit else {
      throw ImagingError(
        .tooLarge, path: file.path,
        "has oblong pixels (0028,0030) that make \(newWidth) x \(newHeight) square ones")
    }
    let resized = Resampling.resize(
      pixels, width: width, height: height, toWidth: newWidth, height: newHeight)
    return (resized, newWidth, newHeight)
  }

  /// Height of a pixel over its width; nil when the file does not say or says nonsense.
  private static func aspect(_ file: DICOMFile, _ remarks: inout [String]) -> Double? {
    for (tag, name) in [
      (DICOMTag.pixelSpacing, "Pixel Spacing"), (.imagerPixelSpacing, "Imager Pixel Spacing"),
      (.pixelAspectRatio, "Pixel Aspect Ratio"),
    ] {
      guard let sides = file.numbers(tag), sides.count == 2 else { continue }
      let aspect = sides[0] / sides[1]
      if sides[0] > 0, sides[1] > 0, aspect >= 1.0 / 16, aspect <= 16 { return aspect }
      remarks.append("\(name) \(tag) is no size of a pixel and was passed over")
    }
    return nil
  }
}
