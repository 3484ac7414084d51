public import Imaging

extension ReportContext.Image {
  /// A radiograph as it was read; `digest` is the SHA-256 of its file in hexadecimal. A picture without a UID of its own, such
  /// as a PNG, goes by its digest.
  public init(_ radiograph: Radiograph, digest: String) {
    self.init(
      instanceUID: radiograph.instanceUID ?? digest, view: radiograph.view, viewSource: radiograph.viewSource,
      isMirrored: radiograph.isMirrored, pixelPolicy: radiograph.pixelPolicy,
      isInverted: radiograph.isInverted,
      digest: digest, width: radiograph.sourceWidth, height: radiograph.sourceHeight)
  }
}
