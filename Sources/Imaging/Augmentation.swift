internal import CImaging
internal import Glibc
public import Groundwork

/// Small changes that keep a radiograph a radiograph: a little rotation, shift and scale in one warp, and a little gain, bias,
/// gamma and noise. Never a left-right flip: the side is part of the finding.
public struct Augmentation: Equatable, Sendable {
  /// Largest rotation either way, in degrees.
  public var rotation: Double
  /// Largest shift either way, as a fraction of the side.
  public var shift: Double
  /// Largest change of size either way, as a fraction.
  public var scale: Double
  /// Largest change of contrast either way, as a fraction.
  public var gain: Double
  /// Largest change of brightness either way, in intensity.
  public var bias: Double
  /// Largest change of gamma either way, as a fraction.
  public var gamma: Double
  /// Largest standard deviation of the noise, in intensity.
  public var noise: Double

  public init(
    rotation: Double = 5, shift: Double = 0.03, scale: Double = 0.05, gain: Double = 0.1, bias: Double = 0.05,
    gamma: Double = 0.1, noise: Double = 0.01
  ) {
    self.rotation = rotation
    self.shift = shift
    self.scale = scale
    self.gain = gain
    self.bias = bias
    self.gamma = gamma
    self.noise = noise
  }

  /// Draws one change; the same place of the same stream always draws the same one.
  public func draw(from generator: inout PhiloxGenerator) -> Draw {
    func within(_ limit: Double) -> Double { generator.uniform(-limit...limit) }
    return Draw(
      rotation: within(abs(rotation)), shiftX: within(abs(shift)), shiftY: within(abs(shift)),
      scale: exp(within(log(1 + abs(scale)))), gain: 1 + within(abs(gain)), bias: within(abs(bias)),
      gamma: exp(within(log(1 + abs(gamma)))), noise: abs(noise) * generator.uniform(),
      noiseSeed: generator.next())
  }

  /// One change, drawn.
  public struct Draw: Equatable, Sendable {
    /// Degrees, clockwise as seen.
    public var rotation: Double
    /// Fractions of the width and height, to the right and down.
    public var shiftX: Double
    public var shiftY: Double
    /// Above 1 enlarges.
    public var scale: Double
    public var gain: Double
    public var bias: Double
    public var gamma: Double
    public var noise: Double
    public var noiseSeed: UInt64

    public init(
      rotation: Double = 0, shiftX: Double = 0, shiftY: Double = 0, scale: Double = 1, gain: Double = 1,
      bias: Double = 0, gamma: Double = 1, noise: Double = 0, noiseSeed: UInt64 = 0
    ) {
      self.rotation = rotation
      self.shiftX = shiftX
      self.shiftY = shiftY
      self.scale = scale
      self.gain = gain
      self.bias = bias
      self.gamma = gamma
      self.noise = noise
      self.noiseSeed = noiseSeed
    }

    /// From a pixel of the changed canvas to where it comes from.
    public func warp(width: Int, height: Int) -> PixelTransform {
      let (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
      let angle = -rotation * .pi / 180
      let turn = PixelTransform(
        xx: cos(angle) / scale, xy: -sin(angle) / scale, x0: 0, yx: sin(angle) / scale,
        yy: cos(angle) / scale, y0: 0)
      return PixelTransform.translation(
        x: -centerX - shiftX * Double(width), y: -centerY - shiftY * Double(height)
      ).then(turn).then(.translation(x: centerX, y: centerY))
    }

    /// Changes a canvas of `width * height` intensities; what comes in from outside is black.
    public func applied(to canvas: [Float], width: Int, height: Int) -> [Float] {
      let warp = warp(width: width, height: height)
      let matrix = [warp.xx, warp.xy, warp.x0, warp.yx, warp.yy, warp.y0]
      return [Float](unsafeUninitializedCapacity: canvas.count) { buffer, count in
        imaging_warp(canvas, width, height, matrix, 0, buffer.baseAddress, width, height)
        imaging_tone(
          buffer.baseAddress, canvas.count, Float(gain), Float(bias), Float(gamma), Float(noise), noiseSeed)
        count = canvas.count
      }
    }
  }
}
