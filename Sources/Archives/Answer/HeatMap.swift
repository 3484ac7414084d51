internal import Imaging

/// Where a model looked, over a shown image: 0 where it looked no more than at half of the study's patches, 1 where it looked
/// most.
public struct HeatMap: Sendable {
  public let width: Int
  public let height: Int
  /// `width * height` values 0 … 1, row-major.
  public let values: [Float]

  /// - Parameters:
  ///   - shares: for each image of the study, of each patch of the encoder's grid, `side * side`, rows from the top.
  ///   - index: which of the images.
  ///   - limit: the longer side of the map in pixels.
  public init?(
    _ shares: [[Float]], of index: Int, side: Int, over image: ShownImage, limit: Int = ShownImage.sideLimit
  ) {
    guard let prepared = image.prepared, side > 0, shares.indices.contains(index),
      shares[index].count == side * side,
      let toPrepared = prepared.toSource.inverse
    else { return nil }
    let shown = ShownImage.reduced(image.radiograph, to: limit)
    let ordered = shares.joined().sorted()
    let (low, high) = (ordered[ordered.count / 2], ordered[ordered.count - 1])
    guard high > low else { return nil }
    let grid = shares[index].map { max(0, ($0 - low) / (high - low)) }
    let toGrid = shown.toSource.then(toPrepared).then(
      .scale(x: Double(side) / Double(prepared.width), y: Double(side) / Double(prepared.height)))
    (width, height) = (shown.width, shown.height)
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for row in 0..<height {
      for column in 0..<width {
        let place = toGrid(x: Double(column) + 0.5, y: Double(row) + 0.5)
        values.append(Self.sample(grid, side: side, x: Float(place.x) - 0.5, y: Float(place.y) - 0.5))
      }
    }
    self.values = values
  }

  /// Between the centres of patches, bilinear; beyond the outer ones, theirs.
  private static func sample(_ grid: [Float], side: Int, x: Float, y: Float) -> Float {
    let last = Float(side - 1)
    let (x, y) = (min(max(x, 0), last), min(max(y, 0), last))
    let (left, top) = (Int(x), Int(y))
    let (right, bottom) = (min(left + 1, side - 1), min(top + 1, side - 1))
    let (across, down) = (x - Float(left), y - Float(top))
    let upper = grid[top * side + left] * (1 - across) + grid[top * side + right] * across
    let lower = grid[bottom * side + left] * (1 - across) + grid[bottom * side + right] * across
    return upper * (1 - down) + lower * down
  }

  /// As PNG to be laid over the image: from yellow for little to red for much, the less the more transparent.
  public func png() throws -> [UInt8] {
    let samples = values.flatMap { heat -> [UInt8] in
      [255, UInt8((1 - heat) * 220 + 0.5), 0, UInt8(heat.squareRoot() * 165 + 0.5)]
    }
    return try PNGFile.encode(overlay: samples, width: width, height: height)
  }
}
