import Groundwork

/// How images are made ready for an encoder, as its `preprocessor_config.json` says: what it was trained with.
public struct ImagePreprocessing: Sendable, Equatable {
  /// How an image of another shape becomes a square.
  public enum Fit: Sendable, Equatable {
    case stretch
    /// The shorter side brought to so many pixels, the aspect kept, and the middle cut out.
    case crop(shorterSide: Int)
  }

  /// The kernel of the resize; the raw value is Pillow's number for it.
  public enum Kernel: Int, Sendable, CaseIterable {
    case bilinear = 2
    case bicubic = 3
  }

  /// Pixels along each side of what the encoder sees.
  public var side: Int
  public var fit: Fit
  public var kernel: Kernel
  /// For each channel: the encoder sees (intensity − mean) / deviation, of intensities from 0 to 1.
  public var mean: [Float]
  public var deviation: [Float]

  public init(side: Int, fit: Fit, kernel: Kernel, mean: [Float], deviation: [Float]) throws {
    self.side = side
    self.fit = fit
    self.kernel = kernel
    self.mean = mean
    self.deviation = deviation
    let largest = 1 << 16
    guard (1...largest).contains(side) else { throw Self.wrong("size", "must be from 1 to \(largest)") }
    if case .crop(let shorter) = fit, !(1...largest).contains(shorter) {
      throw Self.wrong("size", "must be from 1 to \(largest)")
    }
    guard mean.count == deviation.count, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else { throw Self.wrong("image_std", "must have a positive number for each of image_mean") }
  }

  static func wrong(_ key: String, _ reason: String) -> VisionError {
    .preprocessing(key: key, reason: reason)
  }
}
