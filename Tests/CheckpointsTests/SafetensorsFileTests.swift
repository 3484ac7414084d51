import Checkpoints
import Foundation
import Groundwork
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  @Test func everyFloatingTypeReadsAsTorchReadsIt() throws {
    let fixture = try Fixture("types", in: .module)
    for name in ["f16", "bf16", "f64", "e4m3", "e5m2"] {
      let expected = try fixture.floats(name + ".as_float")
      let got = try fixture.floats(name)
      #expect(got.count == expected.count)
      #expect(
        zip(got, expected).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }, "\(name)")
    }
  }

  @Test func narrowingRoundsAsTorchDoes() throws {
    let fixture = try Fixture("types", in: .module)
    let values = try fixture.floats("values")
    for (name, narrow) in [("f16", FloatConversion.float16), ("bf16", FloatConversion.bfloat16)] {
      let stored = try fixture.file.bytes(of: name)
      for (index, value) in values.enumerated() {
        #expect(
          narrow(value) == stored.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self),
          "\(name) of \(value)")
      }
    }
  }

  @Test func integersKeepTheirExtremes() throws {
    let fixture = try Fixture("types", in: .module)
    #expect(try fixture.integers("i8") == [-128, 0, 7, 127])
    #expect(try fixture.integers("u8") == [0, 0, 7, 255])
    #expect(try fixture.integers("i16") == [-32768, 0, 7, 32767])
    #expect(try fixture.integers("i32") == [-2_147_483_648, 0, 7, 2_147_483_647])
    #expect(try fixture.integers("i64") == [Int.min, 0, 7, Int.max])
    #expect(try fixture.integers("bool") == [1, 0, 0, 1])
  }

  @Test func shapesAndNotesAreKept() throws {
    let fixture = try Fixture("types", in: .module)
    #expect(try fixture.shape("scalar") == [])
    #expect(try fixture.floats("scalar") == [2.5])
    #expect(try fixture.shape("empty") == [0, 4])
    #expect(try fixture.floats("empty") == [])
    #expect(fixture.file.metadata == ["format": "pt"])
  }

  @Test func misspeltNameIsAnsweredWithTheNearest() throws {
    let fixture = try Fixture("types", in: .module)
    let error = #expect(throws: CheckpointsError.self) { try fixture.floats("valuse") }
    #expect(error?.sentence.hasSuffix("has no tensor valuse; did you mean values?") == true)
  }

  @Test func integersAreNotReadAsFloatsNorFloatsAsIntegers() throws {
    let fixture = try Fixture("types", in: .module)
    #expect(
      throws: CheckpointsError.wrongType(tensor: "i32", stored: .int32, wanted: "floating-point numbers")
    ) {
      try fixture.floats("i32")
    }
    #expect(throws: CheckpointsError.wrongType(tensor: "f16", stored: .float16, wanted: "integers")) {
      try fixture.integers("f16")
    }
  }

  static let good = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#

  @Test(arguments: [
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "overlap"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "4 bytes before it belong to no tensor"),
    (good, 12, "4 bytes at its end belong to no tensor"),
    (good, 4, "the file is cut off"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "needs 12 bytes, not 8"),
    (#"{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}"#, 8, "the type F31 is not known"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,8]}}"#, 8, "is too large"),
    (
      #"{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}"#, 0,
      "is too large"
    ),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "not a count"),
    (#"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#, 8, "not a count"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "ascending offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8, "ascending offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]}}"#, 8, "unknown key stride"),
    (#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, 8, "shape is missing"),
    (#"{"a":7}"#, 0, "its description is a number"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#,
      8, "occurs twice"
    ),
    (#"{"__metadata__":{"n":1}}"#, 0, "not a string"),
    (#"["a"]"#, 0, "not an object"),
    (#"{"a":"#, 0, "not valid JSON"),
  ]) func wrongHeadersAreRefused(_ header: String, dataCount: Int, reason: String) throws {
    let error = #expect(throws: CheckpointsError.self) { try open(header: header, dataCount: dataCount) }
    #expect(error?.sentence.contains(reason) == true, "\(error?.sentence ?? "")")
  }

  @Test func goodHeaderIsTaken() throws {
    #expect(try open(header: Self.good, dataCount: 8).names == ["a"])
  }

  @Test func statedHeaderLengthIsNotTrusted() throws {
    for stated in [UInt64.max, 1 << 62, 100_000_001, 99_999_999, 9] {
      let error = #expect(throws: CheckpointsError.self) {
        try open(bytes: withUnsafeBytes(of: stated.littleEndian) { Array($0) } + Array("{}".utf8))
      }
      #expect(error?.sentence.contains("the header is said to be \(stated) bytes long") == true)
    }
    #expect(throws: CheckpointsError.self) { try open(bytes: [1, 2, 3]) }
    #expect(throws: CheckpointsError.self) { try open(bytes: []) }
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = Array(try Data(contentsOf: Fixture.url("types.safetensors", in: .module)))
    for length in stride(from: 0, to: whole.count, by: 37) {
      #expect(throws: CheckpointsError.self) { try open(bytes: Array(whole.prefix(length))) }
    }
  }

  private func open(header: String, dataCount: Int) throws -> SafetensorsFile {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    return try open(bytes: length + Array(header.utf8) + [UInt8](repeating: 0, count: dataCount))
  }

  private func open(bytes: [UInt8]) throws -> SafetensorsFile {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { unlink(path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try SafetensorsFile(path)
  }
}
