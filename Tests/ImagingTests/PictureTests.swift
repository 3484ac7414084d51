import Groundwork
import Testing

@testable import Imaging

@Suite struct PictureTests {
  @Test func greyValuesAreThoseOfPillow() throws {
    let answers = try #require(try Fixture.answers("pictures").array)
    #expect(answers.count == 14)
    for answer in answers {
      let name = try #require(answer["file"]?.string)
      let bytes = try Fixture.bytes(name)
      let picture = try bytes.withUnsafeBytes { try Picture($0, path: name, pixelLimit: 1000) }
      let grey = answer["grey"]?.integers ?? []
      #expect(picture.samples.count == grey.count, "\(name)")
      // Pillow rounds alpha and decodes JPEG by way of RGB.
      let tolerance = name.hasSuffix(".jpg") ? 2 : name.contains("alpha") ? 1 : 0
      let worst = zip(picture.samples, grey).map { abs(Int($0) - $1) }.max() ?? 0
      #expect(worst <= tolerance, "\(name): \(worst)")
    }
  }

  @Test func aPictureOfFewerBitsThanItsFileIsWindowed() throws {
    let whole = try Radiograph.read(Fixture.path("grey-16.png"))
    #expect(whole.pixelPolicy == nil)
    let partial = try Radiograph.read(Fixture.path("grey-12-in-16.png"))
    #expect(partial.pixelPolicy == .percentile)
    #expect(partial.pixels.max() == 1)
  }

  @Test func aTurnedPhotographKnowsTheWayBack() throws {
    let turned = try Radiograph.read(Fixture.path("orientation-6.jpg"))
    #expect((turned.width, turned.height) == (12, 16))
    #expect((turned.sourceWidth, turned.sourceHeight) == (16, 12))
    let plain = try Radiograph.read(Fixture.path("grey.jpg"))
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let place = turned.toSource(x: Double(x) + 0.5, y: Double(y) + 0.5)
        #expect(turned.pixels[y * 12 + x] == plain.pixels[Int(place.y) * 16 + Int(place.x)])
      }
    }
  }

  @Test func writtenPicturesAreReadBackExactly() throws {
    let values = (0..<35).map { Float($0) / 34 }
    let radiograph = Radiograph(width: 7, height: 5, pixels: values)
    for bits in [8, 16] {
      let png = try radiograph.png(bits: bits)
      let back = try png.withUnsafeBytes { try Radiograph.read($0, path: "written") }
      #expect(largestDifference(back.pixels, values) <= 0.5 / Float((1 << bits) - 1) + 1e-6)
    }
    #expect(throws: ImagingError.self) { try radiograph.png(bits: 12) }
    let color = try PNGFile.encode(color: [UInt8](repeating: 255, count: 12), width: 2, height: 2)
    let back = try color.withUnsafeBytes { try Radiograph.read($0, path: "written") }
    #expect(back.pixels == [1, 1, 1, 1])
    #expect(throws: ImagingError.self) { try PNGFile.encode(grey: [UInt8](), width: 2, height: 2) }
  }
}
