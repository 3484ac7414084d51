internal import CImaging
public import Groundwork

/// Everything `inspect FILE` says about a picture, without showing it.
public struct ImageInformation: Sendable {
  public let format: ImageFormat
  /// In the order shown. Names a patient only where asked to.
  public let json: JSONObject
  /// Why the pixels cannot be decoded, when they cannot.
  public let pixelsError: ImagingError?

  /// - Parameter naming: also gives the patient's name and number, the accession number and the study's texts.
  /// - Throws: `ImagingError` when the file is no picture, `FileError` when it cannot be read.
  public static func read(
    _ path: String, naming: Bool = false, pixelLimit: Int = Radiograph.pixelLimit
  ) throws -> ImageInformation {
    let mapped = try MappedFile(path)
    return try withExtendedLifetime(mapped) {
      let bytes = mapped.bytes
      if imaging_format_of(bytes.baseAddress, bytes.count) == IMAGING_FORMAT_DICOM {
        return ImageInformation(try DICOMFile(bytes, path: path), naming: naming, pixelLimit: pixelLimit)
      }
      return ImageInformation(try Picture(bytes, path: path, pixelLimit: pixelLimit))
    }
  }

  init(_ picture: Picture) {
    let pixels = StoredPixels(picture)
    var json = JSONObject()
    json["format"] = .string(picture.format.rawValue)
    json["rows"] = JSON(picture.height)
    json["columns"] = JSON(picture.width)
    json["bits"] = JSON(Int(picture.header.bits))
    json["channels"] = JSON(Int(picture.header.channels))
    json["palette"] = .boolean(picture.header.has_palette)
    json["alpha"] = .boolean(picture.header.has_alpha)
    json["interlaced"] = .boolean(picture.header.is_interlaced)
    json["orientation"] = JSON(Int(picture.header.orientation))
    json.add(pixels)
    format = picture.format
    pixelsError = nil
    self.json = json
  }

  public init(_ file: DICOMFile, naming: Bool = false, pixelLimit: Int = Radiograph.pixelLimit) {
    var json = JSONObject()
    var failure: ImagingError?
    json["format"] = .string(ImageFormat.dicom.rawValue)
    json["transfer_syntax"] = JSON(file.transferSyntax.uid)
    json["transfer_syntax_name"] = JSON(file.transferSyntax.name)
    json["sop_class"] = JSON(file.text(.sopClassUID))
    json["modality"] = JSON(file.text(.modality))
    json["rows"] = JSON(file.integer(.rows))
    json["columns"] = JSON(file.integer(.columns))
    json["frames"] = JSON(file.integer(.numberOfFrames) ?? 1)
    json["samples_per_pixel"] = JSON(file.integer(.samplesPerPixel))
    json["bits_allocated"] = JSON(file.integer(.bitsAllocated))
    json["bits_stored"] = JSON(file.integer(.bitsStored))
    json["high_bit"] = JSON(file.integer(.highBit))
    json["pixel_representation"] = JSON(file.integer(.pixelRepresentation))
    json["photometric"] = JSON(file.text(.photometricInterpretation))
    do throws(ImagingError) {
      json["lossy"] = .boolean(try file.pixelShape(pixelLimit: pixelLimit).isLossy)
      json.add(try StoredPixels(file, pixelLimit: pixelLimit))
    } catch {
      failure = error
      json["pixels_error"] = .string(error.sentence)
    }
    json.addDisplay(of: file)
    json.addRecord(of: file)
    if naming { json.addNames(of: file) }
    format = .dicom
    pixelsError = failure
    self.json = json
  }
}

extension JSON {
  /// Null for what is absent.
  fileprivate init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  fileprivate init(_ number: Int?) { self = number.map { .integer($0) } ?? .null }
  fileprivate init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
  fileprivate init(_ numbers: [Double]?) { self = numbers.map { .array($0.map { .number($0) }) } ?? .null }
}

extension JSONObject {
  fileprivate mutating func add(_ pixels: StoredPixels) {
    self["shape"] = .array(pixels.shape.map { .integer($0) })
    self["dtype"] = .string(pixels.dataType)
    self["pixels_sha256"] = .string(pixels.sha256)
    self["minimum"] = JSON(pixels.minimum)
    self["maximum"] = JSON(pixels.maximum)
    self["mean"] = .number(pixels.mean)
  }

  /// What decides how the pixels are shown.
  fileprivate mutating func addDisplay(of file: DICOMFile) {
    let view = View(file)
    self["view"] = .string(view.rawValue)
    self["view_source"] = view == .unknown ? .null : .string(ViewSource.tag.rawValue)
    self["view_position"] = JSON(file.text(.viewPosition))
    self["body_part"] = JSON(file.text(.bodyPartExamined))
    self["patient_orientation"] = JSON(file.text(.patientOrientation))
    self["mirrored"] = .boolean(
      Turn(patientOrientation: file.texts(.patientOrientation))?.isMirrored ?? false)
    self["window_center"] = JSON(file.numbers(.windowCenter))
    self["window_width"] = JSON(file.numbers(.windowWidth))
    self["voi_lut_function"] = JSON(file.text(.voiLUTFunction))
    self["rescale_slope"] = JSON(file.numbers(.rescaleSlope)?.first)
    self["rescale_intercept"] = JSON(file.numbers(.rescaleIntercept)?.first)
    self["rescale_type"] = JSON(file.text(.rescaleType))
    self["has_modality_lut"] = .boolean(file.hasItem(of: .modalityLUTSequence))
    self["has_voi_lut"] = .boolean(file.hasItem(of: .voiLUTSequence))
    self["presentation_lut_shape"] = JSON(file.text(.presentationLUTShape))
    self["presentation_intent"] = JSON(file.text(.presentationIntentType))
    self["pixel_padding"] = JSON(file.integer(.pixelPaddingValue))
    self["pixel_padding_limit"] = JSON(file.integer(.pixelPaddingRangeLimit))
    self["pixel_spacing"] = JSON(file.numbers(.pixelSpacing) ?? file.numbers(.imagerPixelSpacing))
    self["burned_in_annotation"] = JSON(file.text(.burnedInAnnotation))
  }

  /// What places the object among others without naming anyone.
  fileprivate mutating func addRecord(of file: DICOMFile) {
    self["sop_uid"] = JSON(file.text(.sopInstanceUID))
    self["series_uid"] = JSON(file.text(.seriesInstanceUID))
    self["study_uid"] = JSON(file.text(.studyInstanceUID))
    self["patient_sex"] = JSON(file.text(.patientSex))
    self["patient_age"] = JSON(file.text(.patientAge))
    self["character_set"] = JSON(file.text(.specificCharacterSet))
  }

  fileprivate mutating func addNames(of file: DICOMFile) {
    self["patient_name"] = JSON(file.text(.patientName))
    self["patient_id"] = JSON(file.text(.patientID))
    self["accession"] = JSON(file.text(.accessionNumber))
    self["study_date"] = JSON(file.text(.studyDate))
    self["study_time"] = JSON(file.text(.studyTime))
    self["study_description"] = JSON(file.text(.studyDescription))
    self["reason_for_study"] = JSON(
      file.text(.reasonForStudy) ?? file.text(.reasonForTheRequestedProcedure))
    self["guessed_text"] = .boolean(file.hasGuessedText)
  }
}
