import Groundwork
import Testing

@testable import Imaging

@Suite struct AugmentationTests {
  @Test func theSamePlaceOfAStreamDrawsTheSameChange() {
    var first = PhiloxGenerator(seed: 7, name: "study")
    var second = PhiloxGenerator(seed: 7, name: "study")
    let draws = (0..<5).map { _ in Augmentation().draw(from: &first) }
    let again = (0..<5).map { _ in Augmentation().draw(from: &second) }
    #expect(draws == again)
    #expect(Set(draws.map(\.rotation)).count == 5)
    let canvas = (0..<64).map { Float($0) / 63 }
    #expect(
      draws[0].applied(to: canvas, width: 8, height: 8) == again[0].applied(to: canvas, width: 8, height: 8))
  }

  @Test func drawsKeepTheirBoundsAndNeverMirror() {
    let augmentation = Augmentation()
    var generator = PhiloxGenerator(seed: 1)
    for _ in 0..<500 {
      let draw = augmentation.draw(from: &generator)
      #expect(abs(draw.rotation) <= 5 && abs(draw.shiftX) <= 0.03 && abs(draw.shiftY) <= 0.03)
      #expect(draw.scale >= 1 / 1.0501 && draw.scale <= 1.0501)
      #expect(draw.noise >= 0 && draw.noise <= 0.01)
      let warp = draw.warp(width: 100, height: 80)
      #expect(warp.xx * warp.yy - warp.xy * warp.yx > 0)
      #expect(warp.xx > 0.9)
    }
  }

  @Test func noChangeChangesNothing() {
    let canvas = (0..<48).map { Float($0) / 47 }
    #expect(Augmentation.Draw().applied(to: canvas, width: 8, height: 6) == canvas)
  }

  @Test func aShiftMovesAndARotationTurnsClockwise() {
    var canvas = [Float](repeating: 0, count: 81)
    canvas[4] = 1  // the middle of the top row
    let shifted = Augmentation.Draw(shiftY: 1.0 / 9).applied(to: canvas, width: 9, height: 9)
    #expect(abs(shifted[13] - 1) < 1e-5)
    let turned = Augmentation.Draw(rotation: 90).applied(to: canvas, width: 9, height: 9)
    #expect(abs(turned[4 * 9 + 8] - 1) < 1e-5)
  }

  @Test func intensitiesStayBetweenBlackAndWhite() {
    let canvas = (0..<400).map { Float($0) / 399 }
    let draw = Augmentation.Draw(gain: 1.5, bias: -0.2, gamma: 0.8, noise: 0.3, noiseSeed: 9)
    let changed = draw.applied(to: canvas, width: 20, height: 20)
    #expect(changed.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(changed != canvas)
  }

  @Test func noiseHasTheDeviationAsked() {
    let canvas = [Float](repeating: 0.5, count: 40_000)
    let draw = Augmentation.Draw(noise: 0.05, noiseSeed: 3)
    let changed = draw.applied(to: canvas, width: 200, height: 200)
    // The outermost half pixel blends with the black outside only when the picture moves.
    let mean = changed.reduce(0) { $0 + Double($1) } / 40_000
    let variance = changed.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 40_000
    #expect(abs(mean - 0.5) < 0.001)
    #expect(abs(variance.squareRoot() - 0.05) < 0.001)
  }

  @Test func aChangedImageStillKnowsItsWayBack() {
    var pixels = [Float](repeating: 0, count: 64 * 64)
    for y in 20..<24 { for x in 40..<44 { pixels[y * 64 + x] = 1 } }
    let radiograph = Radiograph(width: 64, height: 64, pixels: pixels)
    let draw = Augmentation.Draw(rotation: 4, shiftX: 0.05, shiftY: -0.03, scale: 1.1)
    let image = PixelPipeline(size: 64, mean: [0], deviation: [1]).prepare(radiograph, augmented: draw)
    let brightest = image.values.indices.max { image.values[$0] < image.values[$1] } ?? 0
    let place = image.toRadiograph(x: Double(brightest % 64) + 0.5, y: Double(brightest / 64) + 0.5)
    #expect(abs(place.x - 42) < 2 && abs(place.y - 22) < 2)
  }
}
