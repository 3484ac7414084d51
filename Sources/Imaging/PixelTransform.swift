/// An affine map between pixel coordinates, x to the right and y down. The first pixel covers 0...1 and its centre is at 0.5.
///
/// `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`.
public struct PixelTransform: Equatable, Sendable {
  public var xx, xy, x0, yx, yy, y0: Double

  public init(xx: Double, xy: Double, x0: Double, yx: Double, yy: Double, y0: Double) {
    (self.xx, self.xy, self.x0) = (xx, xy, x0)
    (self.yx, self.yy, self.y0) = (yx, yy, y0)
  }

  public static let identity = PixelTransform(xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0)

  public static func scale(x: Double, y: Double) -> PixelTransform {
    PixelTransform(xx: x, xy: 0, x0: 0, yx: 0, yy: y, y0: 0)
  }

  public static func translation(x: Double, y: Double) -> PixelTransform {
    PixelTransform(xx: 1, xy: 0, x0: x, yx: 0, yy: 1, y0: y)
  }

  /// The map that does `self` first and `next` after it.
  public func then(_ next: PixelTransform) -> PixelTransform {
    PixelTransform(
      xx: next.xx * xx + next.xy * yx, xy: next.xx * xy + next.xy * yy,
      x0: next.xx * x0 + next.xy * y0 + next.x0,
      yx: next.yx * xx + next.yy * yx, yy: next.yx * xy + next.yy * yy,
      y0: next.yx * x0 + next.yy * y0 + next.y0)
  }

  /// The way back; nil for a map that flattens the plane.
  public var inverse: PixelTransform? {
    let determinant = xx * yy - xy * yx
    guard determinant != 0, determinant.isFinite else { return nil }
    return PixelTransform(
      xx: yy / determinant, xy: -xy / determinant, x0: (xy * y0 - yy * x0) / determinant,
      yx: -yx / determinant, yy: xx / determinant, y0: (yx * x0 - xx * y0) / determinant)
  }

  public func callAsFunction(x: Double, y: Double) -> (x: Double, y: Double) {
    (xx * x + xy * y + x0, yx * x + yy * y + y0)
  }

  /// The smallest upright box around the image of a box.
  public func callAsFunction(_ box: PixelBox) -> PixelBox {
    let corners = [
      self(x: box.x, y: box.y), self(x: box.x + box.width, y: box.y),
      self(x: box.x, y: box.y + box.height), self(x: box.x + box.width, y: box.y + box.height),
    ]
    let left = corners.reduce(Double.infinity) { min($0, $1.x) }
    let top = corners.reduce(Double.infinity) { min($0, $1.y) }
    return PixelBox(
      x: left, y: top, width: corners.reduce(-Double.infinity) { max($0, $1.x) } - left,
      height: corners.reduce(-Double.infinity) { max($0, $1.y) } - top)
  }
}

/// An upright box in pixel coordinates, `[x, y, w, h]` in the study record.
public struct PixelBox: Equatable, Sendable {
  public var x, y, width, height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// The part of the box inside an image; nil when nothing is.
  public func clipped(width limit: Int, height bottom: Int) -> PixelBox? {
    let left = max(x, 0)
    let top = max(y, 0)
    let right = min(x + width, Double(limit))
    let low = min(y + height, Double(bottom))
    return right > left && low > top ? PixelBox(x: left, y: top, width: right - left, height: low - top) : nil
  }
}
