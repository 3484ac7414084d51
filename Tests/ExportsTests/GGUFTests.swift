import Foundation
import Groundwork
import TestSupport
import Testing

@testable import Exports

struct GGUFTests {
  /// As `numbers` in `tools/reference/gguf_files.py`.
  private func numbers(_ count: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919) % 2003 - 1001) / 512 }
  }

  @Test func aFileIsByteForByteThatOfTheReferenceLibrary() throws {
    let path = NSTemporaryDirectory() + "lightbox-gguf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let metadata: [(key: String, value: GGUFValue)] = [
      ("general.architecture", .string("llama")), ("a.count", .uint32(7)), ("a.epsilon", .float32(1e-6)),
      ("a.flag", .boolean(true)), ("a.name", .string("肺 lung")),
      ("a.tokens", .strings(["a", "Ġb", "<｜User｜>"])), ("a.types", .integers([1, 3, 4])),
    ]
    let tensors = [
      GGUFTensor("norm.weight", shape: [5], as: .q8) { numbers(5) },
      GGUFTensor("half.weight", shape: [3, 4], as: .q8) { numbers(12) },
      GGUFTensor("blocks.weight", shape: [4, 64], as: .q8) { numbers(256) },
    ]
    try GGUFWriter.write(metadata, tensors, to: path)
    let expected = try File.read(Fixture.url("small.gguf", in: .module).path)
    #expect(try File.read(path) == expected)
  }

  @Test func aTensorOfAnotherSizeThanItSaysIsRefused() throws {
    let path = NSTemporaryDirectory() + "lightbox-gguf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: ExportsError.self) {
      try GGUFWriter.write([], [GGUFTensor("a", shape: [4], as: .float32) { [1] }], to: path)
    }
    #expect(throws: ExportsError.self) {
      try GGUFWriter.write([], [GGUFTensor("a", shape: [Int.max / 2], as: .float32) { [] }], to: path)
    }
  }

  @Test func rowsOfAHeadComeInPairs() {
    // Two heads of four rows of one column: (0, 2), (1, 3) become neighbours.
    let rows = TextModelGGUF.interleaved([0, 1, 2, 3, 4, 5, 6, 7], heads: 2, rows: 8)
    #expect(rows == [0, 2, 1, 3, 4, 6, 5, 7])
    #expect(
      TextModelGGUF.interleaved([0, 0, 1, 1, 2, 2, 3, 3], heads: 1, rows: 4) == [0, 0, 2, 2, 1, 1, 3, 3])
  }
}
