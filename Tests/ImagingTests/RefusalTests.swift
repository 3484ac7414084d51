import Foundation
import Groundwork
import Testing

@testable import Imaging

@Suite struct RefusalTests {
  static let refusals: [(file: String, reason: ImagingError.Reason, words: String)] = [
    ("bad-wavelet.dcm", .unsupported, "JPEG 2000"),
    ("bad-bits.dcm", .malformed, "(0028,0101)"),
    ("bad-rows.dcm", .truncated, "(7FE0,0010)"),
    ("bad-huge.dcm", .tooLarge, "65000 x 65000"),
    ("bad-slope.dcm", .malformed, "(0028,1053)"),
    ("bad-samples.dcm", .truncated, "(7FE0,0010)"),
    ("bad-raw.dcm", .unsupported, "(0008,0068)"),
    ("bad-runs.dcm", .malformed, "RLE Lossless: frame 1"),
    ("bad-no-pixels.dcm", .notAnImage, "(7FE0,0010)"),
    ("bad-cut.dcm", .truncated, "ends early"),
    ("bad-jpeg-size.dcm", .malformed, "24 rows"),
    ("bad-huge.png", .tooLarge, "100000 x 100000"),
    ("frames-8.dcm", .frame, "3 frames"),
    ("stored.json", .notAnImage, "neither DICOM, PNG nor JPEG"),
  ]

  @Test(arguments: refusals)
  func aBadFileIsRefusedByNameAndReason(file: String, reason: ImagingError.Reason, words: String) throws {
    let path = Fixture.path(file)
    let error = try #require(throws: ImagingError.self) { try Radiograph.read(path) }
    #expect(error.reason == reason)
    #expect(error.sentence.contains(words), "\(error.sentence)")
    #expect(error.sentence.hasPrefix(path))
    #expect(error.fault == .data)
  }

  @Test(arguments: [
    "grey-8.png", "interlaced.png", "grey.jpg", "color.jpg", "window-linear.dcm", "deflated-16.dcm",
  ])
  func aFileCutAnywhereIsNeverReadAsWhole(file: String) throws {
    let bytes = try Fixture.bytes(file)
    // The last two bytes of a JPEG only mark its end, those of a deflated data set may be padding.
    let endsEarly = file.hasSuffix(".jpg") || file.hasPrefix("deflated")
    let needed = endsEarly ? bytes.count - 2 : bytes.count
    for length in 0..<needed {
      let cut = Array(bytes[..<length])
      #expect(throws: ImagingError.self, "\(file) cut to \(length) of \(bytes.count) bytes") {
        try cut.withUnsafeBytes { try Radiograph.read($0, path: file) }
      }
    }
  }

  @Test func framesAreCountedFromOne() throws {
    let path = Fixture.path("frames-8.dcm")
    #expect(try Radiograph.read(path, frame: 3).width == 16)
    for frame in [0, 4, -1] {
      let error = try #require(throws: ImagingError.self) { try Radiograph.read(path, frame: frame) }
      #expect(error.reason == .frame)
    }
    #expect(throws: ImagingError.self) { try Radiograph.read(Fixture.path("grey.jpg"), frame: 2) }
  }

  @Test func theLimitOnPixelsIsTheCallers() throws {
    #expect(throws: ImagingError.self) { try Radiograph.read(Fixture.path("grey-8.png"), pixelLimit: 191) }
    #expect(throws: ImagingError.self) {
      try Radiograph.read(Fixture.path("rle-16.dcm"), frame: 1, pixelLimit: 191)
    }
    #expect(try Radiograph.read(Fixture.path("grey-8.png"), pixelLimit: 192).width == 16)
  }

  @Test func aMissingFileIsAFileError() {
    #expect(throws: FileError.self) { try Radiograph.read(Fixture.path("nowhere.dcm")) }
    #expect(throws: FileError.self) { try Radiograph.read(Bundle.module.bundlePath) }
  }
}
