import Checkpoints
import Foundation
import Groundwork
import Testing

/// Float8 matrices with a scale for each block.
@Suite struct BlockScaleTests {
  private static let ragged = (rows: 130, columns: 257)

  /// Writes a directory with one float8 matrix, all of whose numbers are 1.5.
  private func write(
    scales: [Int]?, quantization: JSON = .null, into directory: TemporaryDirectory
  ) throws -> String {
    let (rows, columns) = Self.ragged
    var tensors = [
      TensorSource("w", .float8e4m3, shape: [rows, columns]) { write in
        // Sign 0, exponent 7 of bias 7, mantissa 4 of 8.
        try [UInt8](repeating: 0x3C, count: rows * columns).withUnsafeBytes(write)
      }
    ]
    if let scales {
      let count = scales.reduce(1, *)
      tensors.append(
        TensorSource("w_scale_inv", floats: (0..<count).map { Float($0 + 1) }, shape: scales))
    }
    let path = directory("model")
    try CheckpointDirectory.write(path) { temporary in
      let config: JSON = ["model_type": "deepseek_v3", "quantization_config": quantization]
      try File.writeAtomically(temporary + "/config.json", config.text(pretty: true))
      try SafetensorsWriter.write(tensors, to: temporary + "/model.safetensors")
    }
    return path
  }

  @Test func eachBlockIsMultipliedWithItsScale() throws {
    let directory = try TemporaryDirectory()
    let checkpoint = try Checkpoint(write(scales: [2, 3], into: directory))
    #expect(checkpoint.names == ["w"])
    let values = try checkpoint.floats(of: "w")
    for (row, column, scale) in [
      (0, 0, 1), (127, 127, 1), (127, 128, 2), (0, 255, 2), (0, 256, 3), (128, 0, 4), (129, 256, 6),
    ] as [(Int, Int, Float)] {
      #expect(values[row * 257 + column] == 1.5 * scale)
    }
  }

  @Test func otherBlocksMayBeGiven() throws {
    let directory = try TemporaryDirectory()
    let path = try write(
      scales: [2, 1], quantization: ["weight_block_size": [65, 300]], into: directory)
    let values = try Checkpoint(path).floats(of: "w")
    #expect(values[64 * 257] == 1.5 && values[65 * 257] == 3)
  }

  @Test func missingAndMisshapenScalesAreRefusedByName() throws {
    let directory = try TemporaryDirectory()
    let without = try Checkpoint(write(scales: nil, into: directory))
    #expect { try without.floats(of: "w") } throws: { "\($0)".contains("its scales w_scale_inv are missing") }
    let wrong = try Checkpoint(write(scales: [1, 3], into: directory))
    #expect { try wrong.floats(of: "w") } throws: { "\($0)".contains("[1, 3], but must be [2, 3]") }
    let blocks = try write(
      scales: [2, 3], quantization: ["weight_block_size": [0, 128]], into: directory)
    #expect { try Checkpoint(blocks) } throws: { "\($0)".contains("weight_block_size") }
  }

  @Test func scalesMayBePowersOfTwo() throws {
    let directory = try TemporaryDirectory()
    try SafetensorsWriter.write(
      [
        TensorSource("s", .float8e8m0, shape: [4]) { write in
          try [UInt8]([0, 126, 127, 255]).withUnsafeBytes(write)
        }
      ], to: directory("s.safetensors"))
    let values = try SafetensorsFile(directory("s.safetensors")).floats(of: "s")
    #expect(values[0] == 0x1p-127 && values[1] == 0.5 && values[2] == 1 && values[3].isNaN)
  }
}
