import Foundation
import Groundwork
import Testing

@testable import Imaging

@Suite struct DisplayTests {
  @Test func intensitiesAreThoseOfTheStandard() throws {
    let answers = try #require(try Fixture.answers("displayed").array)
    #expect(answers.count == 12)
    for answer in answers {
      let name = try #require(answer["file"]?.string)
      let radiograph = try Radiograph.read(Fixture.path(name))
      let levels = answer["levels"]?.floats ?? []
      #expect(largestDifference(radiograph.pixels, levels) < 2e-5, "\(name)")
      #expect(radiograph.isInverted == answer["inverted"]?.boolean, "\(name)")
      #expect(radiograph.pixelPolicy == (name == "voi-lut.dcm" ? .lookUpTable : .window), "\(name)")
    }
  }

  @Test(arguments: [DisplayWindow.Function.linear, .linearExact])
  func aStraightWindowIsTheFormulaOfTheStandard(function: DisplayWindow.Function) throws {
    // PS3.3 C.11.2.1.2.1 works an example: center 2048, width 4096 maps 0 to the bottom and 4095 to the top.
    let window = try #require(DisplayWindow(center: 2048, width: 4096, function: function))
    #expect(window(0) == 0)
    if function == .linear {
      #expect(window(4095) == 1)
      #expect(window(2047.5) == 0.5)
    } else {
      #expect(window(4096) == 1)
      #expect(window(2048) == 0.5)
    }
    #expect(window(-1e9) == 0)
    #expect(window(1e9) == 1)
  }

  @Test func aSigmoidIsHalfAtItsCenterAndSteepAsItsWidthSays() throws {
    let window = try #require(DisplayWindow(center: 100, width: 40, function: .sigmoid))
    #expect(window(100) == 0.5)
    #expect(abs(window(120) - 1 / (1 + exp(-2))) < 1e-12)
  }

  @Test func aForbiddenWidthMakesNoWindow() {
    #expect(DisplayWindow(center: 0, width: 0.5) == nil)
    #expect(DisplayWindow(center: 0, width: 0.5, function: .sigmoid) != nil)
    #expect(DisplayWindow(center: 0, width: 0, function: .linearExact) == nil)
    #expect(DisplayWindow(center: .nan, width: 5) == nil)
  }

  @Test func withoutAWindowThePercentilesSpanTheRange() throws {
    let radiograph = try Radiograph.read(Fixture.path("explicit-12-signed.dcm"))
    #expect(radiograph.pixelPolicy == .percentile)
    #expect(radiograph.pixels.contains(0))
    #expect(radiograph.pixels.contains(1))
    let wide = try Radiograph.read(Fixture.path("big-32.dcm"))
    #expect(wide.pixelPolicy == .percentile)
    #expect(wide.pixels.max() == 1)
  }

  @Test func aLookUpTableHoldsItsEndsBeyondItsRange() {
    let table = LookUpTable(first: -2, bits: 8, entries: [5, 6, 7])
    #expect([-9, -2, -1, 0, 9].map { table($0) } == [5, 5, 6, 7, 7])
  }

  @Test func colorBecomesLuma() throws {
    let radiograph = try Radiograph.read(Fixture.path("color-8.dcm"))
    let stored = try DICOMFile(Fixture.path("color-8.dcm")).storedFrame(0)
    let weights: [Float] = [0.299, 0.587, 0.114]
    var luma = [Float](repeating: 0, count: stored.count / 3)
    for (place, sample) in stored.enumerated() { luma[place / 3] += weights[place % 3] * Float(sample) / 255 }
    #expect(largestDifference(radiograph.pixels, luma) < 1e-5)
    #expect(radiograph.pixelPolicy == nil)
  }
}
