internal import CImaging

/// From a radiograph to what an encoder takes: resized with its aspect kept, padded with black, normalised, one or three
/// equal channels.
public struct PixelPipeline: Equatable, Sendable {
  /// How a radiograph of another shape fills the canvas.
  public enum Fit: String, CaseIterable, Sendable {
    /// The whole radiograph, centred, its aspect kept, black around it.
    case pad
    /// Stretched to the canvas.
    case stretch
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
    var canvas = canvas(of: radiograph, at: place)
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

  /// The radiograph at the size of the canvas, to be kept and prepared many times: `prepare` gives the same for it as for the
  /// radiograph itself.
  public func fitted(_ radiograph: Radiograph) -> Radiograph {
    let place = placement(of: radiograph)
    let canvas = canvas(of: radiograph, at: place)
    return Radiograph(
      width: width, height: height, pixels: canvas, view: radiograph.view, viewSource: radiograph.viewSource,
      pixelPolicy: radiograph.pixelPolicy, isInverted: radiograph.isInverted,
      isMirrored: radiograph.isMirrored,
      sourceWidth: radiograph.sourceWidth, sourceHeight: radiograph.sourceHeight,
      toSource: toRadiograph(radiograph, from: place).then(radiograph.toSource),
      instanceUID: radiograph.instanceUID, modality: radiograph.modality, remarks: radiograph.remarks)
  }

  private typealias Placement = (left: Int, top: Int, width: Int, height: Int)

  private func canvas(of radiograph: Radiograph, at place: Placement) -> [Float] {
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

  private func toRadiograph(_ radiograph: Radiograph, from place: Placement) -> PixelTransform {
    PixelTransform.translation(x: -Double(place.left), y: -Double(place.top)).then(
      .scale(
        x: Double(radiograph.width) / Double(place.width), y: Double(radiograph.height) / Double(place.height)
      ))
  }

  private func placement(of radiograph: Radiograph) -> Placement {
    guard fit == .pad else { return (0, 0, width, height) }
    let scale = min(Double(width) / Double(radiograph.width), Double(height) / Double(radiograph.height))
    let scaledWidth = min(width, max(1, Int((Double(radiograph.width) * scale).rounded())))
    let scaledHeight = min(height, max(1, Int((Double(radiograph.height) * scale).rounded())))
    return ((width - scaledWidth) / 2, (height - scaledHeight) / 2, scaledWidth, scaledHeight)
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
