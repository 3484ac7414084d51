internal import Groundwork

/// The scales of matrices stored as float8, as DeepSeek-V3 publishes them: beside `X` stands `X_scale_inv`, one number for
/// each block of 128 × 128 (ragged at the edges), which despite its name is multiplied with.
/// (DeepSeek-V3, README_WEIGHTS.md, "FP8 weight documentation".)
struct BlockScales: Sendable {
  let blockRows: Int
  let blockColumns: Int

  static func name(for tensor: String) -> String { tensor + "_scale_inv" }

  /// - Parameter config: config.json, whose `quantization_config.weight_block_size` may give other blocks.
  init(_ config: JSON, path: String) throws {
    guard let size = config["quantization_config"]?["weight_block_size"], !size.isNull else {
      (blockRows, blockColumns) = (128, 128)
      return
    }
    let numbers = size.array?.compactMap(\.integer) ?? []
    guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else {
      throw CheckpointsError.malformedFile(
        path: path, reason: "quantization_config.weight_block_size must be two positive numbers")
    }
    (blockRows, blockColumns) = (numbers[0], numbers[1])
  }

  /// How many scales a matrix of this shape has, down and across; nil when it is no matrix.
  func shape(for shape: [Int]) -> [Int]? {
    guard shape.count == 2 else { return nil }
    return [(shape[0] + blockRows - 1) / blockRows, (shape[1] + blockColumns - 1) / blockColumns]
  }

  /// Multiplies each block of a matrix with its scale, in place.
  func apply(_ scales: [Float], to values: UnsafeMutablePointer<Float>, shape: [Int]) {
    let columns = shape[1]
    let across = (columns + blockColumns - 1) / blockColumns
    for row in 0..<shape[0] {
      let line = values + row * columns
      for block in 0..<across {
        let scale = scales[row / blockRows * across + block]
        for column in block * blockColumns..<min(columns, (block + 1) * blockColumns) {
          line[column] *= scale
        }
      }
    }
  }
}
