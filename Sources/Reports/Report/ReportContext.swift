public import Imaging
public import Studies

/// What is known about a study besides what the model says: who, which images, read how, by which program.
public struct ReportContext: Equatable, Sendable {
  public var studyUID = ""
  public var accession = ""
  public var modality = "CR"
  public var bodyPart = "CHEST"
  /// When the images were made, as in 2026-11-23T09:50:00+08:00.
  public var acquired: String?
  public var images: [Image]
  /// Never a name or a hospital number.
  public var pseudonym = ""
  public var sex: Sex = .unknown
  public var ageYears: Double?
  public var complaint: Complaint?
  public var complaintCodes: [ComplaintCode] = []
  /// An earlier study that was compared.
  public var priorStudyUID: String?
  public var quality: [QualityNote] = []
  public var provenance: Provenance

  public init(images: [Image] = [], provenance: Provenance) {
    self.images = images
    self.provenance = provenance
  }

  /// An image as it was read.
  public struct Image: Equatable, Sendable {
    public var instanceUID: String
    public var view: View
    public var viewSource: ViewSource?
    public var isMirrored: Bool
    public var pixelPolicy: PixelPolicy?
    public var isInverted: Bool
    /// SHA-256 of the file in hexadecimal.
    public var digest: String
    /// Of the frame in the file, in pixels: what evidence boxes are measured in.
    public var width: Int
    public var height: Int

    public init(
      instanceUID: String, view: View, viewSource: ViewSource? = nil, isMirrored: Bool = false,
      pixelPolicy: PixelPolicy? = nil, isInverted: Bool = false, digest: String, width: Int, height: Int
    ) {
      self.instanceUID = instanceUID
      self.view = view
      self.viewSource = viewSource
      self.isMirrored = isMirrored
      self.pixelPolicy = pixelPolicy
      self.isInverted = isInverted
      self.digest = digest
      self.width = width
      self.height = height
    }
  }
}

/// Which program, model and inputs a report came from.
public struct Provenance: Equatable, Sendable {
  /// Name and version, as in "lightbox 1.0".
  public var software: String
  /// SHA-256 in hexadecimal; empty where there is no such part.
  public var modelDigest: String
  public var tokenizerDigest: String
  public var configurationDigest: String
  public var seed: UInt64
  public var calibration: Calibration
  /// When the report was made, RFC 3339.
  public var generated: String

  public init(
    software: String, modelDigest: String = "", tokenizerDigest: String = "",
    configurationDigest: String = "",
    seed: UInt64 = 0, calibration: Calibration = Calibration(), generated: String
  ) {
    self.software = software
    self.modelDigest = modelDigest
    self.tokenizerDigest = tokenizerDigest
    self.configurationDigest = configurationDigest
    self.seed = seed
    self.calibration = calibration
    self.generated = generated
  }
}

/// How probabilities were calibrated.
public struct Calibration: Equatable, Sendable {
  public enum Method: String, CaseIterable, Sendable { case temperature, isotonic, none }

  public var method: Method
  /// The data set it was fitted on, and its number of studies.
  public var dataset: String
  public var count: Int
  /// Expected calibration error after it; nil: not measured.
  public var expectedError: Double?

  public init(
    method: Method = .none, dataset: String = "", count: Int = 0, expectedError: Double? = nil
  ) {
    self.method = method
    self.dataset = dataset
    self.count = count
    self.expectedError = expectedError
  }
}

/// What is wrong with an image (DICOM PS3.16 CID 6135).
public struct QualityNote: Equatable, Sendable {
  public enum Code: String, CaseIterable, Sendable {
    case positioning = "DCM:111209"
    case motionBlur = "DCM:111210"
    case underExposed = "DCM:111211"
    case overExposed = "DCM:111212"
    case detectorArtifact = "DCM:111214"
    case otherArtifact = "DCM:111215"

    public var name: BilingualText {
      switch self {
      case .positioning: BilingualText("体位不当", "positioning")
      case .motionBlur: BilingualText("运动模糊", "motion blur")
      case .underExposed: BilingualText("曝光不足", "under exposed")
      case .overExposed: BilingualText("曝光过度", "over exposed")
      case .detectorArtifact: BilingualText("探测器伪影", "detector artifact")
      case .otherArtifact: BilingualText("其他伪影", "other artifact")
      }
    }
  }

  public var code: Code
  public var note: String

  public init(code: Code, note: String = "") {
    self.code = code
    self.note = note
  }
}
