import Groundwork
import Testing

@testable import Imaging

@Suite struct StoredPixelsTests {
  @Test func storedValuesAreThoseOfPydicomBitForBit() throws {
    let answers = try #require(try Fixture.answers("stored").array)
    #expect(answers.count == 16)
    for answer in answers {
      let name = try #require(answer["file"]?.string)
      let pixels = try StoredPixels(DICOMFile(Fixture.path(name)))
      #expect(pixels.shape == answer["shape"]?.integers, "\(name)")
      #expect(pixels.dataType == answer["dtype"]?.string, "\(name)")
      #expect(pixels.sha256 == answer["sha256"]?.string, "\(name)")
      #expect(pixels.minimum == answer["minimum"]?.integer, "\(name)")
      #expect(pixels.maximum == answer["maximum"]?.integer, "\(name)")
      #expect(abs(pixels.mean - (answer["mean"]?.number ?? .nan)) < 1e-3, "\(name)")
    }
  }

  @Test func jpegFramesAgreeWithinALevelAlsoInSeveralFragments() throws {
    let answer = try Fixture.answers("lossy")
    let frame = answer["frame"]?.integers ?? []
    for name in answer["files"]?.array?.compactMap(\.string) ?? [] {
      let file = try DICOMFile(Fixture.path(name))
      let shape = try file.pixelShape()
      #expect(shape.isLossy)
      for number in 0..<shape.frames {
        let stored = try file.storedFrame(number).map { Int($0) }
        #expect(stored.count == frame.count)
        #expect(zip(stored, frame).allSatisfy { abs($0 - $1) <= 1 }, "\(name), frame \(number)")
      }
    }
  }

  @Test func aFileMayBeReadByManyThreadsAtOnce() async throws {
    let file = try DICOMFile(Fixture.path("rle-8-frames.dcm"))
    let expected = try file.storedFrame(1)
    let all = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<32 {
        group.addTask {
          _ = file.text(.sopInstanceUID)
          return try file.storedFrame(1)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(all.count == 32)
    #expect(all.allSatisfy { $0 == expected })
  }
}
