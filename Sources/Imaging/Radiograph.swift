/// How stored values became display intensities.
public enum PixelPolicy: String, CaseIterable, Sendable {
  /// By the first window the file names (PS3.3 C.11.2.1.2).
  case window = "window1"
  /// By the first table of the VOI LUT sequence (PS3.3 C.11.2.1.1).
  case lookUpTable = "voi_lut"
  /// By a window from a low to a high percentile of the pixels, because the file says nothing.
  case percentile
}

/// What a picture file is by its content.
public enum ImageFormat: String, CaseIterable, Sendable {
  case dicom, png, jpeg
}

/// A radiograph as a viewer shows it: upright, unmirrored, square pixels, 0 black to 1 white.
public struct Radiograph: Sendable {
  public let width: Int
  public let height: Int
  /// Display intensities 0 (black) ... 1 (white), row-major, `width * height`.
  public let pixels: [Float]
  public var view: View
  /// Nil while the view is unknown.
  public var viewSource: ViewSource?
  /// Nil for pictures that already are display intensities, and for images made in memory.
  public let pixelPolicy: PixelPolicy?
  /// Low stored values are white (MONOCHROME1).
  public let isInverted: Bool
  /// The file held the mirror image, which was turned back.
  public let isMirrored: Bool
  /// The size of the frame in the file.
  public let sourceWidth: Int
  public let sourceHeight: Int
  /// From pixel coordinates here to those of the frame in the file.
  public let toSource: PixelTransform
  /// SOP Instance UID of a DICOM object.
  public let instanceUID: String?
  /// Modality (0008,0060) of a DICOM object.
  public let modality: String?
  /// What a reader ought to know about how it was read, one sentence each.
  public let remarks: [String]

  /// Wraps display intensities; traps when `pixels` has not `width * height` values.
  public init(
    width: Int, height: Int, pixels: [Float], view: View = .unknown, viewSource: ViewSource? = nil,
    pixelPolicy: PixelPolicy? = nil, isInverted: Bool = false, isMirrored: Bool = false,
    sourceWidth: Int? = nil,
    sourceHeight: Int? = nil, toSource: PixelTransform = .identity, instanceUID: String? = nil,
    modality: String? = nil, remarks: [String] = []
  ) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height, "pixels do not fill the radiograph")
    self.width = width
    self.height = height
    self.pixels = pixels
    self.view = view
    self.viewSource = viewSource
    self.pixelPolicy = pixelPolicy
    self.isInverted = isInverted
    self.isMirrored = isMirrored
    self.sourceWidth = sourceWidth ?? width
    self.sourceHeight = sourceHeight ?? height
    self.toSource = toSource
    self.instanceUID = instanceUID
    self.modality = modality
    self.remarks = remarks
  }
}
