import Testing

@testable import Imaging

@Suite struct OrientationTests {
  @Test func aMirroredPictureIsTurnedBackAndKnowsTheWayBack() throws {
    let upright = try Radiograph.read(Fixture.path("upright.dcm"))
    let mirrored = try Radiograph.read(Fixture.path("mirrored.dcm"))
    #expect(!upright.isMirrored)
    #expect(mirrored.isMirrored)
    for row in 0..<upright.height {
      let line = upright.pixels[row * upright.width..<(row + 1) * upright.width]
      let turned = mirrored.pixels[row * upright.width..<(row + 1) * upright.width]
      #expect(Array(line) == turned.reversed())
    }
    let place = mirrored.toSource(PixelBox(x: 0, y: 2, width: 3, height: 4))
    #expect(place == PixelBox(x: 13, y: 2, width: 3, height: 4))
  }

  @Test func aPictureOnItsSideIsStoodUp() throws {
    // Columns run to the feet, rows to the patient's right.
    let upright = try Radiograph.read(Fixture.path("upright.dcm"))
    let turned = try Radiograph.read(Fixture.path("turned.dcm"))
    #expect((turned.width, turned.height) == (12, 16))
    #expect(!turned.isMirrored)
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let source = turned.toSource(x: Double(x) + 0.5, y: Double(y) + 0.5)
        let stored = upright.pixels[Int(source.y) * upright.width + Int(source.x)]
        #expect(turned.pixels[y * turned.width + x] == stored)
      }
    }
  }

  @Test(arguments: ["L\\F", "R\\F", "L\\H", "R\\H", "F\\L", "F\\R", "H\\L", "H\\R"])
  func everyTurnGoesBackToTheStoredPixel(orientation: String) throws {
    let letters = orientation.split(separator: "\\").map(String.init)
    let turn = try #require(Turn(patientOrientation: letters))
    let stored: [Float] = [0, 1, 2, 3, 4, 5]
    let turned = turn.applied(to: stored, width: 3, height: 2)
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let place = turned.toStored(x: Double(x) + 0.5, y: Double(y) + 0.5)
        #expect(turned.pixels[y * turned.width + x] == stored[Int(place.y) * 3 + Int(place.x)])
      }
    }
  }

  @Test func orientationsThatAreNotFrontalTurnNothing() {
    #expect(Turn(patientOrientation: ["A", "F"]) == nil)
    #expect(Turn(patientOrientation: ["L", "R"]) == nil)
    #expect(Turn(patientOrientation: ["L"]) == nil)
    #expect(Turn(patientOrientation: []) == nil)
  }

  @Test func viewsAreReadFromWhatVendorsWrite() {
    let views: [(String, View)] = [
      ("PA", .posteroanterior), ("AP", .anteroposterior), ("LL", .lateral), ("RL", .lateral),
      ("LATERAL", .lateral), ("LARGE LATERAL", .lateral), ("ap portable", .anteroposterior), ("LLO", .other),
      ("LLD", .other),
    ]
    for (text, view) in views { #expect(View.named(text) == view, "\(text)") }
    #expect(View.named("") == nil)
    #expect(View.named(nil) == nil)
  }

  @Test func aViewIsNamedByTagsPositionAndOrientation() throws {
    #expect(try Radiograph.read(Fixture.path("mirrored.dcm")).view == .posteroanterior)
    #expect(try Radiograph.read(Fixture.path("turned.dcm")).view == .anteroposteriorSupine)
    #expect(try Radiograph.read(Fixture.path("side.dcm")).view == .lateral)
    let unknown = try Radiograph.read(Fixture.path("oblong.dcm"))
    #expect(unknown.view == .unknown)
    #expect(unknown.viewSource == nil)
  }

  @Test func oblongPixelsBecomeSquare() throws {
    let radiograph = try Radiograph.read(Fixture.path("oblong.dcm"))
    #expect((radiograph.width, radiograph.height) == (16, 24))
    #expect((radiograph.sourceWidth, radiograph.sourceHeight) == (16, 12))
    #expect(radiograph.toSource(x: 16, y: 24) == (16, 12))
    let passedOver = try Radiograph.read(Fixture.path("spacing-zero.dcm"))
    #expect((passedOver.width, passedOver.height) == (32, 12))
    #expect(passedOver.remarks.contains { $0.contains("(0028,0030)") })
  }
}
