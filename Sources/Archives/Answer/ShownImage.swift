public import Imaging

/// An image of a study as people see it, small enough to keep, and as the encoder sees it.
public struct ShownImage: Sendable {
  /// Upright, its longer side at most `sideLimit` pixels.
  public let radiograph: Radiograph
  /// What the encoder sees; nil when the model sees no images.
  public let prepared: PreparedImage?

  public static let sideLimit = 640

  init(_ radiograph: Radiograph, prepared: PreparedImage?) {
    self.radiograph = Self.reduced(radiograph, to: Self.sideLimit)
    self.prepared = prepared
  }

  static func reduced(_ radiograph: Radiograph, to limit: Int) -> Radiograph {
    let longer = max(radiograph.width, radiograph.height)
    guard longer > limit else { return radiograph }
    func scaled(_ side: Int) -> Int { max(1, (side * limit + longer / 2) / longer) }
    return PixelPipeline(
      width: scaled(radiograph.width), height: scaled(radiograph.height), fit: .stretch
    ).fitted(radiograph)
  }

  /// A box in pixels of the file's frame as parts of the shown picture's sides; nil when the picture has lost its way back.
  public func part(of box: PixelBox) -> PixelBox? {
    guard let toShown = radiograph.toSource.inverse else { return nil }
    let (width, height) = (Double(radiograph.width), Double(radiograph.height))
    let shown = toShown(box)
    return PixelBox(
      x: shown.x / width, y: shown.y / height, width: shown.width / width, height: shown.height / height)
  }
}
