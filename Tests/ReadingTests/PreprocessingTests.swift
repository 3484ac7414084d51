import Foundation
import Groundwork
import Imaging
import TestSupport
import Testing
import Vision

@testable import Reading

/// A picture made ready as preprocessor_config.json says, beside transformers (`tools/reference/preprocessing.py`).
struct PreprocessingTests {
  @Test func theEncoderSeesWhatTransformersHandsIt() throws {
    let file = try JSON(parsing: File.read(Fixture.url("preprocessing.json", in: .module).path))
    func numbers(_ value: JSON?) -> [Float] { (value?.array ?? []).compactMap(\.number).map { Float($0) } }
    let picture = Radiograph(
      width: try #require(file["width"]?.integer), height: try #require(file["height"]?.integer),
      pixels: numbers(file["pixels"]).map { $0 / 255 })
    let cases = try #require(file["cases"]?.array)
    #expect(cases.count == 5)
    for item in cases {
      let family = try #require(VisionFamily(rawValue: item["family"]?.string ?? ""))
      let preprocessing = try ImagePreprocessing(try #require(item["config"]), family, channels: 3)
      let side = try #require(item["side"]?.integer)
      #expect(preprocessing.side == side)
      let configuration = try VisionConfiguration(
        imageSize: side, patchSize: side, channels: 3, width: 8, layers: 0, heads: 1, feedForwardSize: 8,
        family: family, preprocessing: preprocessing)
      let image = PixelPipeline(configuration).prepare(picture)
      for (channel, name) in [(0, "first"), (2, "last")] {
        let wanted = numbers(item[name])
        #expect(wanted.count == side * side)
        let seen = image.values[channel * side * side..<(channel + 1) * side * side]
        // The library rounds to whole intensities after each direction of the resize.
        let step = 1.2 / 255 / preprocessing.deviation[channel]
        let worst = zip(seen, wanted).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst < step, "\(family) \(name): \(worst)")
      }
      // Its own words, read back.
      let again = try ImagePreprocessing(preprocessing.json, family, channels: 3)
      #expect(again.side == side && again.fit == preprocessing.fit && again.kernel == preprocessing.kernel)
      for (one, other) in zip(again.mean + again.deviation, preprocessing.mean + preprocessing.deviation) {
        #expect(abs(one - other) < 1e-6)
      }
    }
  }

  @Test func whatCannotBeDoneIsRefusedByName() throws {
    let good: JSON = ["size": ["height": 16, "width": 16], "resample": 2]
    #expect(try ImagePreprocessing(good, .vit, channels: 3).fit == .stretch)
    for (key, value, message) in [
      ("resample", 1, "resample is 1, but must be 2 (bilinear) or 3 (bicubic)"),
      ("size", ["height": 16, "width": 20], "size must be a square"), ("size", .null, "size is missing"),
      ("size", 0, "size must be from 1"), ("size", ["shortest_edge": 9], "do_center_crop"),
      ("do_resize", false, "do_resize is false"), ("do_pad", true, "do_pad is true"),
      ("image_mean", [0.5, 0.5], "image_mean must have 3 numbers"), ("image_std", 0, "image_std"),
      ("rescale_factor", -1, "rescale_factor must be positive"),
    ] as [(String, JSON, String)] {
      var object = try #require(good.object)
      object[key] = value
      #expect { try ImagePreprocessing(.object(object), .vit, channels: 3) } throws: {
        "\($0)".contains(message)
      }
    }
  }
}
