internal import Glibc

/// YaRN (Peng et al. 2023, "YaRN: Efficient context window extension of large language models"): short wavelengths are
/// kept, long ones divided by a factor, a ramp between; and attention is sharpened.
public struct YarnScaling: Sendable, Equatable {
  public var factor: Double
  /// Rotations over the original length above which a wavelength is kept, and below which it is divided.
  public var fastRotations: Double
  public var slowRotations: Double
  /// The context that the model was first trained on, in tokens.
  public var originalLength: Double
  /// Weights of the logarithm of the factor in the magnitude (`mscale`, `mscale_all_dim`); nil where not given.
  public var scale: Double?
  public var scaleOfAll: Double?
  /// The magnitude where it is given as it is.
  public var attentionFactor: Double?
  /// Whether the ends of the ramp are rounded to whole pairs.
  public var truncates: Bool

  public init(
    factor: Double, fastRotations: Double = 32, slowRotations: Double = 1, originalLength: Double,
    scale: Double? = nil, scaleOfAll: Double? = nil, attentionFactor: Double? = nil, truncates: Bool = true
  ) {
    self.factor = factor
    self.fastRotations = fastRotations
    self.slowRotations = slowRotations
    self.originalLength = originalLength
    self.scale = scale
    self.scaleOfAll = scaleOfAll
    self.attentionFactor = attentionFactor
    self.truncates = truncates
  }

  /// Multiplies rotated queries and keys.
  var magnitude: Double {
    if let attentionFactor { return attentionFactor }
    guard let scale, let scaleOfAll, scale != 0, scaleOfAll != 0 else { return sharpening(1) }
    return sharpening(scale) / sharpening(scaleOfAll)
  }

  /// Multiplies the scores of multi-head latent attention, whose features are not all rotated.
  public var scoreFactor: Double {
    guard let scaleOfAll, scaleOfAll != 0 else { return 1 }
    return sharpening(scaleOfAll) * sharpening(scaleOfAll)
  }

  /// For each pair, the share of its frequency that is divided. [head size / 2]
  func ramp(headSize: Int, theta: Double) -> [Float] {
    func pair(turning rotations: Double) -> Double {
      Double(headSize) * log(originalLength / (rotations * 2 * .pi)) / (2 * log(theta))
    }
    var low = pair(turning: fastRotations)
    var high = pair(turning: slowRotations)
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(headSize - 1))
    if low == high { high += 0.001 }
    return (0..<headSize / 2).map { min(max((Float($0) - Float(low)) / Float(high - low), 0), 1) }
  }

  private func sharpening(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
}

extension RotaryEmbedding.Scaling {
  public var yarn: YarnScaling? {
    if case .yarn(let yarn) = self { return yarn }
    return nil
  }
}
