/// A data element's place in a DICOM data set.
public struct DICOMTag: Hashable, Sendable, CustomStringConvertible {
  public let group: UInt16
  public let element: UInt16

  public init(_ group: UInt16, _ element: UInt16) {
    self.group = group
    self.element = element
  }

  /// As in "(0028,0010)".
  public var description: String { "(\(Self.hexadecimal(group)),\(Self.hexadecimal(element)))" }

  private static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// The attributes (PS3.6) that this project reads or writes.
extension DICOMTag {
  public static let transferSyntaxUID = DICOMTag(0x0002, 0x0010)
  public static let specificCharacterSet = DICOMTag(0x0008, 0x0005)
  public static let imageType = DICOMTag(0x0008, 0x0008)
  public static let sopClassUID = DICOMTag(0x0008, 0x0016)
  public static let sopInstanceUID = DICOMTag(0x0008, 0x0018)
  public static let studyDate = DICOMTag(0x0008, 0x0020)
  public static let acquisitionDate = DICOMTag(0x0008, 0x0022)
  public static let studyTime = DICOMTag(0x0008, 0x0030)
  public static let acquisitionTime = DICOMTag(0x0008, 0x0032)
  public static let accessionNumber = DICOMTag(0x0008, 0x0050)
  public static let modality = DICOMTag(0x0008, 0x0060)
  public static let conversionType = DICOMTag(0x0008, 0x0064)
  public static let presentationIntentType = DICOMTag(0x0008, 0x0068)
  public static let manufacturer = DICOMTag(0x0008, 0x0070)
  public static let institutionName = DICOMTag(0x0008, 0x0080)
  public static let referringPhysicianName = DICOMTag(0x0008, 0x0090)
  public static let codeValue = DICOMTag(0x0008, 0x0100)
  public static let codingSchemeDesignator = DICOMTag(0x0008, 0x0102)
  public static let codeMeaning = DICOMTag(0x0008, 0x0104)
  public static let timezoneOffsetFromUTC = DICOMTag(0x0008, 0x0201)
  public static let studyDescription = DICOMTag(0x0008, 0x1030)
  public static let seriesDescription = DICOMTag(0x0008, 0x103E)
  public static let admittingDiagnosesDescription = DICOMTag(0x0008, 0x1080)
  public static let patientName = DICOMTag(0x0010, 0x0010)
  public static let patientID = DICOMTag(0x0010, 0x0020)
  public static let patientBirthDate = DICOMTag(0x0010, 0x0030)
  public static let patientSex = DICOMTag(0x0010, 0x0040)
  public static let patientAge = DICOMTag(0x0010, 0x1010)
  public static let additionalPatientHistory = DICOMTag(0x0010, 0x21B0)
  public static let bodyPartExamined = DICOMTag(0x0018, 0x0015)
  public static let protocolName = DICOMTag(0x0018, 0x1030)
  public static let imagerPixelSpacing = DICOMTag(0x0018, 0x1164)
  public static let patientPosition = DICOMTag(0x0018, 0x5100)
  public static let viewPosition = DICOMTag(0x0018, 0x5101)
  public static let studyInstanceUID = DICOMTag(0x0020, 0x000D)
  public static let seriesInstanceUID = DICOMTag(0x0020, 0x000E)
  public static let studyID = DICOMTag(0x0020, 0x0010)
  public static let seriesNumber = DICOMTag(0x0020, 0x0011)
  public static let instanceNumber = DICOMTag(0x0020, 0x0013)
  public static let patientOrientation = DICOMTag(0x0020, 0x0020)
  public static let laterality = DICOMTag(0x0020, 0x0060)
  public static let imageLaterality = DICOMTag(0x0020, 0x0062)
  public static let samplesPerPixel = DICOMTag(0x0028, 0x0002)
  public static let photometricInterpretation = DICOMTag(0x0028, 0x0004)
  public static let numberOfFrames = DICOMTag(0x0028, 0x0008)
  public static let rows = DICOMTag(0x0028, 0x0010)
  public static let columns = DICOMTag(0x0028, 0x0011)
  public static let pixelSpacing = DICOMTag(0x0028, 0x0030)
  public static let pixelAspectRatio = DICOMTag(0x0028, 0x0034)
  public static let bitsAllocated = DICOMTag(0x0028, 0x0100)
  public static let bitsStored = DICOMTag(0x0028, 0x0101)
  public static let highBit = DICOMTag(0x0028, 0x0102)
  public static let pixelRepresentation = DICOMTag(0x0028, 0x0103)
  public static let pixelPaddingValue = DICOMTag(0x0028, 0x0120)
  public static let pixelPaddingRangeLimit = DICOMTag(0x0028, 0x0121)
  public static let burnedInAnnotation = DICOMTag(0x0028, 0x0301)
  public static let lossyImageCompression = DICOMTag(0x0028, 0x2110)
  public static let windowCenter = DICOMTag(0x0028, 0x1050)
  public static let windowWidth = DICOMTag(0x0028, 0x1051)
  public static let rescaleIntercept = DICOMTag(0x0028, 0x1052)
  public static let rescaleSlope = DICOMTag(0x0028, 0x1053)
  public static let rescaleType = DICOMTag(0x0028, 0x1054)
  public static let windowExplanation = DICOMTag(0x0028, 0x1055)
  public static let voiLUTFunction = DICOMTag(0x0028, 0x1056)
  public static let modalityLUTSequence = DICOMTag(0x0028, 0x3000)
  public static let voiLUTSequence = DICOMTag(0x0028, 0x3010)
  public static let reasonForStudy = DICOMTag(0x0032, 0x1030)
  public static let requestedProcedureDescription = DICOMTag(0x0032, 0x1060)
  public static let viewCodeSequence = DICOMTag(0x0054, 0x0220)
  public static let presentationLUTShape = DICOMTag(0x2050, 0x0020)
  public static let reasonForTheRequestedProcedure = DICOMTag(0x0040, 0x1002)
}
