import Imaging
import Testing

@testable import Archives

@Suite struct HeatMapTests {
  /// A film twice as high as wide, as an encoder with black at both sides sees it.
  private var image: ShownImage {
    let pixels = (0..<40 * 80).map { Float($0 % 7) / 7 }
    let radiograph = Radiograph(width: 40, height: 80, pixels: pixels)
    return ShownImage(radiograph, prepared: PixelPipeline(size: 32).prepare(radiograph))
  }

  @Test func heatLiesWhereThePatchIs() throws {
    var shares = [Float](repeating: 0.01, count: 16)
    // The third row of four, and of the four columns the second, which is the left half of the film.
    shares[2 * 4 + 1] = 0.8
    let map = try #require(HeatMap([shares], of: 0, side: 4, over: image))
    #expect(map.width == 40 && map.height == 80)
    func heat(_ x: Int, _ y: Int) -> Float { map.values[y * 40 + x] }
    #expect(heat(10, 50) > 0.9)
    #expect(heat(35, 50) < 0.2 && heat(10, 15) == 0)
    let small = try #require(HeatMap([shares], of: 0, side: 4, over: image, limit: 20))
    #expect(small.width == 10 && small.height == 20 && (small.values.max() ?? 0) > 0.9)
  }

  @Test func theImagesOfAStudyShareOneScale() throws {
    var strong = [Float](repeating: 0, count: 16)
    strong[5] = 1
    let weak = strong.map { $0 / 4 }
    let map = try #require(HeatMap([strong, weak], of: 1, side: 4, over: image))
    let peak = try #require(map.values.max())
    #expect(peak > 0.2 && peak <= 0.25)
  }

  @Test func aModelThatLooksNowhereInParticularHasNoMap() {
    let even = [Float](repeating: 0.1, count: 16)
    #expect(HeatMap([even], of: 0, side: 4, over: image) == nil)
    #expect(HeatMap([even], of: 1, side: 4, over: image) == nil)
    #expect(HeatMap([[1, 2]], of: 0, side: 4, over: image) == nil)
  }

  @Test func aMapIsAPictureWithTransparency() throws {
    var shares = [Float](repeating: 0, count: 16)
    shares[5] = 1
    let png = try #require(HeatMap([shares], of: 0, side: 4, over: image)).png()
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // Colour type 6: red, green, blue and alpha (PNG 11.2.2).
    #expect(png[25] == 6)
  }

  @Test func aBoxKeepsItsPlaceOnAReducedFilm() throws {
    let large = Radiograph(width: 2000, height: 1000, pixels: (0..<2_000_000).map { Float($0 % 5) / 5 })
    let shown = ShownImage(large, prepared: nil)
    #expect(shown.radiograph.width == ShownImage.sideLimit && shown.radiograph.height == 320)
    let part = try #require(shown.part(of: PixelBox(x: 500, y: 250, width: 1000, height: 500)))
    #expect(abs(part.x - 0.25) < 1e-9 && abs(part.width - 0.5) < 1e-9)
    #expect(abs(part.y - 0.25) < 1e-9 && abs(part.height - 0.5) < 1e-9)
  }
}
