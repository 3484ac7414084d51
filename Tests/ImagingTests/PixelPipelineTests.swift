import Testing

@testable import Imaging

@Suite struct PixelPipelineTests {
  private let wide = Radiograph(width: 8, height: 4, pixels: [Float](repeating: 1, count: 32))

  @Test func theAspectIsKeptAndBlackIsPadded() {
    let image = PixelPipeline(size: 4, mean: [0.5], deviation: [0.25]).prepare(wide)
    let expected: [Float] = [-2, -2, -2, -2, 2, 2, 2, 2, 2, 2, 2, 2, -2, -2, -2, -2]
    #expect(largestDifference(image.values, expected) < 1e-5)
    #expect((image.channels, image.width, image.height) == (1, 4, 4))
  }

  @Test func stretchingFillsTheCanvas() {
    let image = PixelPipeline(size: 4, mean: [0], deviation: [1], fit: .stretch).prepare(wide)
    #expect(image.values.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  /// The shorter side becomes 3 and the longer int(3 × 9 / 4) = 6, of which the middle four columns are cut out.
  @Test func croppingTakesTheMiddle() {
    let pixels = (0..<36).map { Float($0 % 9) / 9 }
    let ramp = Radiograph(width: 9, height: 4, pixels: pixels)
    let pipeline = PixelPipeline(
      width: 4, height: 3, mean: [0], deviation: [1], fit: .crop(shorterSide: 3))
    let whole = Resampling.resize(pixels, width: 9, height: 4, toWidth: 6, height: 3)
    let image = pipeline.prepare(ramp)
    let middle = (0..<3).flatMap { row -> [Float] in Array(whole[row * 6 + 1..<row * 6 + 5]) }
    #expect(image.values == middle)
    #expect(image.toRadiograph(PixelBox(x: 0, y: 0, width: 4, height: 3)).x == 1.5)
    #expect(pipeline.prepare(pipeline.fitted(ramp)).values == image.values)
    // A canvas larger than that is black around it.
    let larger = PixelPipeline(width: 8, height: 3, mean: [0], deviation: [1], fit: .crop(shorterSide: 3))
    let padded = larger.prepare(ramp)
    #expect(padded.values[0] == 0 && padded.values[7] == 0)
    #expect(Array(padded.values[1..<7]) == Array(whole[..<6]))
  }

  @Test func threeChannelsHaveTheirOwnMeanAndDeviation() {
    let pipeline = PixelPipeline(size: 2, mean: [0, 0.5, 1], deviation: [1, 0.5, 2], fit: .stretch)
    let image = pipeline.prepare(wide)
    #expect(image.channels == 3)
    #expect(image.values.count == 12)
    #expect(largestDifference([image.values[0], image.values[4], image.values[8]], [1, 1, 0]) < 1e-6)
  }

  @Test func boxesGoBackToTheFile() {
    let source = PixelTransform(xx: -1, xy: 0, x0: 8, yx: 0, yy: 1, y0: 0)
    let mirrored = Radiograph(width: 8, height: 4, pixels: wide.pixels, toSource: source)
    let image = PixelPipeline(size: 4).prepare(mirrored)
    let box = PixelBox(x: 0, y: 1, width: 1, height: 1)
    #expect(image.toRadiograph(box) == PixelBox(x: 0, y: 0, width: 2, height: 2))
    #expect(image.toSource(box) == PixelBox(x: 6, y: 0, width: 2, height: 2))
    #expect(
      PixelBox(x: -1, y: 0, width: 3, height: 9).clipped(width: 8, height: 4)
        == PixelBox(x: 0, y: 0, width: 2, height: 4))
    #expect(PixelBox(x: 9, y: 0, width: 3, height: 9).clipped(width: 8, height: 4) == nil)
  }

  @Test func transformsInvertAndCompose() throws {
    let one = PixelTransform(xx: 2, xy: 1, x0: 3, yx: -1, yy: 4, y0: 5)
    let back = try #require(one.inverse)
    let place = one.then(back)(x: 7, y: -2)
    #expect(abs(place.x - 7) < 1e-12 && abs(place.y + 2) < 1e-12)
    #expect(PixelTransform(xx: 1, xy: 2, x0: 0, yx: 2, yy: 4, y0: 0).inverse == nil)
  }
}
