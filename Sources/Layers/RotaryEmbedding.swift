internal import Glibc
import Groundwork
import Tensors

/// Rotary position embedding (Su et al. 2021) with the frequency scalings of the Llama family.
public struct RotaryEmbedding {
  /// How frequencies are changed for contexts longer than the model was first trained on.
  public enum Scaling: Sendable, Equatable {
    case none
    /// All frequencies divided by a factor (deepseek-coder).
    case linear(factor: Double)
    /// Long wavelengths divided, short ones kept, a ramp between (Llama 3.1).
    case llama3(factor: Double, low: Double, high: Double, originalLength: Double)
    case yarn(YarnScaling)

    /// Multiplies the rotated features, and so the attention's scores by its square.
    var magnitude: Float {
      if case .yarn(let yarn) = self { return Float(yarn.magnitude) }
      return 1
    }
  }

  public let headSize: Int
  /// Whether pairs are neighbours (2i, 2i + 1), or half a head apart.
  public let isInterleaved: Bool
  private let magnitude: Float
  /// Radians per position for each pair of features. [head size / 2]
  public let frequencies: Tensor

  public init(
    headSize: Int, theta: Double, scaling: Scaling, isInterleaved: Bool = false, on device: Device
  ) throws {
    guard headSize > 0, headSize % 2 == 0, theta > 0 else {
      throw LayersError.configuration(
        place: "rotary embedding", reason: "the head size must be even and theta positive")
    }
    self.headSize = headSize
    self.isInterleaved = isInterleaved
    magnitude = scaling.magnitude
    frequencies = try Tensor(
      Self.frequencies(headSize: headSize, theta: theta, scaling: scaling), [headSize / 2], on: device)
  }

  static func frequencies(headSize: Int, theta: Double, scaling: Scaling) -> [Float] {
    let ramp = scaling.yarn?.ramp(headSize: headSize, theta: theta)
    return (0..<headSize / 2).map { pair in
      // Computed in float32 where the reference does, so that angles at far positions agree.
      let plain = 1 / powf(Float(theta), Float(2 * pair) / Float(headSize))
      switch scaling {
      case .none: return plain
      case .linear(let factor): return plain / Float(factor)
      case .llama3(let factor, let low, let high, let originalLength):
        let wavelength = 2 * Float.pi / plain
        if wavelength > Float(originalLength / low) { return plain / Float(factor) }
        if wavelength < Float(originalLength / high) { return plain }
        let smooth = (Float(originalLength) / wavelength - Float(low)) / Float(high - low)
        return (1 - smooth) * plain / Float(factor) + smooth * plain
      case .yarn(let yarn):
        let slowed = ramp?[pair] ?? 0
        return plain / Float(yarn.factor) * slowed + plain * (1 - slowed)
      }
    }
  }

  /// Rotates each head of x: [rows, heads × head size]; positions: int32, [rows].
  public func callAsFunction(_ x: Tensor, heads: Int, positions: Tensor, _ tape: Tape) throws -> Tensor {
    let turned = try tape.rotary(
      x, heads: heads, positions: positions, frequencies: frequencies, interleaved: isInterleaved)
    return magnitude == 1 ? turned : try tape.scale(turned, by: magnitude)
  }
}
