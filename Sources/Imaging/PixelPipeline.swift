internal import CImaging

/// From a radiograph to what an encoder takes: resized, padded with black or cropped, normalised, one or three equal
/// channels.
public struct PixelPipeline: Equatable, Sendable {
  /// How a radiograph of another shape fills the canvas.
  public enum Fit: Equatable, Sendable {
    /// The whole radiograph, centred, its aspect kept, black around it.
    case pad
    /// Stretched to the canvas.
    case stretch
    /// Its shorter side brought to so many pixels, its aspect kept, and the middle cut out.
    case crop(shorterSide: Int)
  }

  public let width: Int
  public let height: Int
  /// Per channel, 1 or 3 of them: the encoder sees `(intensity - mean) / deviation`.
  public let mean: [Float]
  public let deviation: [Float]
  public let kernel: ResamplingKernel
  public let fit: Fit

  public var channels: Int { mean.count }

  /// - Parameters:
  ///   - size: width and height in pixels.
  ///   - mean: one value a channel.
  ///   - deviation: one value a channel, not zero.
  public init(
    width: Int, height: Int, mean: [Float] = [0.5], deviation: [Float] = [0.5],
    kernel: ResamplingKernel = .bilinear, fit: Fit = .pad
  ) {
    precondition(width > 0 && height > 0, "an encoder sees at least one pixel")
    precondition(!mean.isEmpty && mean.count == deviation.count, "mean and deviation have a value a channel")
    precondition(!deviation.contains(0), "a deviation is not zero")
    self.width = width
    self.height = height
    self.mean = mean
    self.deviation = deviation
    self.kernel = kernel
    self.fit = fit
  }

  public init(
    size: Int, mean: [Float] = [0.5], deviation: [Float] = [0.5], kernel: ResamplingKernel = .bilinear,
    fit: Fit = .pad
  ) {
    self.init(width: size, height: size, mean: mean, deviation: deviation, kernel: kernel, fit: fit)
  }

  /// Prepares a radiograph, changed by one draw of an augmentation while training.
  public func prepare(_ radiograph: Radiograph, augmented draw: Augmentation.Draw? = nil) -> PreparedImage {
    let place = placement(of: radiograph)
    var canvas = canvas(of: radiograph, at: place, width: width, height: height)
    var toRadiograph = toRadiograph(radiograph, from: place)
    if let draw {
      let warp = draw.warp(width: width, height: height)
      canvas = draw.applied(to: canvas, width: width, height: height)
      toRadiograph = warp.then(toRadiograph)
    }
    return PreparedImage(
      channels: channels, width: width, height: height, values: normalised(canvas),
      toRadiograph: toRadiograph,
      toSource: toRadiograph.then(radiograph.toSource))
  }

  /// The radiograph at the size that the canvas is made of, to be kept and prepared many times: `prepare` gives the same for
  /// it as for the radiograph itself.
  public func fitted(_ radiograph: Radiograph) -> Radiograph {
    var place = placement(of: radiograph)
    var (width, height) = (width, height)
    if case .crop = fit {
      // What will be cut off stays, or the shorter side would be brought to its length once more.
      (width, height) = (place.width, place.height)
      place = (0, 0, width, height)
    }
    let canvas = canvas(of: radiograph, at: place, width: width, height: height)
    return Radiograph(
      width: width, height: height, pixels: canvas, view: radiograph.view, viewSource: radiograph.viewSource,
      pixelPolicy: radiograph.pixelPolicy, isInverted: radiograph.isInverted,
      isMirrored: radiograph.isMirrored,
      sourceWidth: radiograph.sourceWidth, sourceHeight: radiograph.sourceHeight,
      toSource: toRadiograph(radiograph, from: place).then(radiograph.toSource),
      instanceUID: radiograph.instanceUID, modality: radiograph.modality, remarks: radiograph.remarks)
  }

  /// Where the resized radiograph lies on the canvas; it may stand out.
  private typealias Placement = (left: Int, top: Int, width: Int, height: Int)

  private func canvas(of radiograph: Radiograph, at place: Placement, width: Int, height: Int) -> [Float] {
    guard kernel == .bilinear, place.left >= 0, place.top >= 0, place.width <= width, place.height <= height
    else {
      return cropped(radiograph, at: place, width: width, height: height)
    }
    var canvas = [Float](repeating: 0, count: width * height)
    canvas.withUnsafeMutableBufferPointer { buffer in
      let start = place.top * width + place.left
      Resampling.resize(
        radiograph.pixels, width: radiograph.width, height: radiograph.height,
        into: UnsafeMutableBufferPointer(rebasing: buffer[start...]), width: place.width,
        height: place.height,
        stride: width, kernel: kernel)
    }
    return canvas
  }

  /// The part of the resized radiograph that lies on the canvas, black elsewhere.
  private func cropped(
    _ radiograph: Radiograph, at place: Placement, width: Int, height: Int
  ) -> [Float] {
    let resized = resized(radiograph, width: place.width, height: place.height)
    var canvas = [Float](repeating: 0, count: width * height)
    let columns = max(0, place.left)..<min(width, place.left + place.width)
    for row in max(0, place.top)..<min(height, place.top + place.height) {
      let start = (row - place.top) * place.width - place.left
      for column in columns { canvas[row * width + column] = resized[start + column] }
    }
    return canvas
  }

  /// Intensities stay from 0 to 1 in each direction, as those of an 8-bit picture do in Pillow.
  private func resized(_ radiograph: Radiograph, width: Int, height: Int) -> [Float] {
    guard kernel == .bicubic else {
      return Resampling.resize(
        radiograph.pixels, width: radiograph.width, height: radiograph.height, toWidth: width, height: height,
        kernel: kernel)
    }
    let across = Resampling.resize(
      radiograph.pixels, width: radiograph.width, height: radiograph.height, toWidth: width,
      height: radiograph.height, kernel: kernel
    ).map { min(max($0, 0), 1) }
    return Resampling.resize(
      across, width: width, height: radiograph.height, toWidth: width, height: height, kernel: kernel
    ).map { min(max($0, 0), 1) }
  }

  private func toRadiograph(_ radiograph: Radiograph, from place: Placement) -> PixelTransform {
    PixelTransform.translation(x: -Double(place.left), y: -Double(place.top)).then(
      .scale(
        x: Double(radiograph.width) / Double(place.width), y: Double(radiograph.height) / Double(place.height)
      ))
  }

  private func placement(of radiograph: Radiograph) -> Placement {
    switch fit {
    case .stretch: return (0, 0, width, height)
    case .pad:
      let scale = min(Double(width) / Double(radiograph.width), Double(height) / Double(radiograph.height))
      let scaledWidth = min(width, max(1, Int((Double(radiograph.width) * scale).rounded())))
      let scaledHeight = min(height, max(1, Int((Double(radiograph.height) * scale).rounded())))
      return ((width - scaledWidth) / 2, (height - scaledHeight) / 2, scaledWidth, scaledHeight)
    case .crop(let shorterSide):
      let shorter = min(radiograph.width, radiograph.height)
      // The longer side loses its fraction, as transformers' resize has it.
      func scaled(_ side: Int) -> Int {
        side == shorter ? shorterSide : Int(Double(shorterSide * side) / Double(shorter))
      }
      let (scaledWidth, scaledHeight) = (scaled(radiograph.width), scaled(radiograph.height))
      return ((width - scaledWidth) / 2, (height - scaledHeight) / 2, scaledWidth, scaledHeight)
    }
  }

  private func normalised(_ canvas: [Float]) -> [Float] {
    let area = canvas.count
    return [Float](unsafeUninitializedCapacity: area * channels) { buffer, count in
      for channel in 0..<channels {
        let gain = 1 / deviation[channel]
        imaging_scale(
          canvas, area, gain, -mean[channel] * gain, buffer.baseAddress?.advanced(by: channel * area))
      }
      count = area * channels
    }
  }
}

/// An image ready for an encoder, and the way back to where its pixels come from.
public struct PreparedImage: Sendable {
  public let channels: Int
  public let width: Int
  public let height: Int
  /// In channel, row, column order.
  public let values: [Float]
  /// From pixel coordinates here to those of the radiograph.
  public let toRadiograph: PixelTransform
  /// From pixel coordinates here to those of the frame in the file.
  public let toSource: PixelTransform
}
