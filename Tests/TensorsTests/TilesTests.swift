import Foundation
import Tensors
import Testing

/// Weights in tiles, against the same numbers in float32 rows.
struct TilesTests {
  static let shapes = [(64, 32), (70, 48), (1, 7), (33, 1100), (200, 513)]

  private func random(_ shape: [Int], stream: UInt32, on device: Device) throws -> Tensor {
    let tensor = try Tensor(shape, on: device)
    try tensor.fillNormal(mean: 0, deviation: 1, seed: 3, step: 0, stream: stream)
    return tensor
  }

  /// What int8 with a scale for 32 inputs makes of a row, written out.
  private func quantized(_ row: ArraySlice<Float>) -> [Float] {
    stride(from: row.startIndex, to: row.endIndex, by: 32).flatMap { start -> [Float] in
      let group = row[start..<min(start + 32, row.endIndex)]
      let most = group.map(abs).max() ?? 0
      let scale = most / 127
      return group.map { most > 0 ? ($0 * (127 / most)).rounded(.toNearestOrEven) * scale : 0 }
    }
  }

  @Test(arguments: InstructionSet.available, shapes)
  func numbersAreRoundedAsDescribed(_ instructions: InstructionSet, _ shape: (Int, Int)) throws {
    let device = try instructions.device()
    let wide = try random([shape.0, shape.1], stream: 1, on: device)
    let values = try wide.values()
    let halves = try wide.converted(to: .bfloat16)
    #expect(try wide.converted(to: .bfloat16Tiles).values() == halves.values())
    #expect(try halves.converted(to: .bfloat16Tiles).values() == halves.values())
    let expected = (0..<shape.0).flatMap { quantized(values[$0 * shape.1..<($0 + 1) * shape.1]) }
    #expect(try wide.converted(to: .int8Tiles).values() == expected)
    let worst = zip(expected, values).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= (values.map(abs).max() ?? 0) / 127 * 0.51)
  }

  /// Every row of a product has the bits that the float32 matrix of the same numbers gives, for any number of rows.
  @Test(arguments: InstructionSet.available, shapes)
  func aProductIsThatOfTheSameNumbersInRows(_ instructions: InstructionSet, _ shape: (Int, Int)) throws {
    let device = try instructions.device(threads: 3)
    let tape = Tape(inference: device)
    let wide = try random([shape.0, shape.1], stream: 1, on: device)
    let bias = try random([shape.0], stream: 2, on: device)
    for storage in [DType.bfloat16Tiles, .int8Tiles] {
      let tiles = try wide.converted(to: storage)
      let rows = try tiles.converted(to: .float32)
      for count in [1, 2, 3, 5, 12, 13, 25, 60, 300] {
        let x = try random([count, shape.1], stream: 4, on: device)
        let y = try tape.linear(x, tiles, bias: bias).values()
        #expect(y == (try tape.linear(x, rows, bias: bias).values()), "\(count) rows of \(storage)")
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func aTableInTilesGivesItsRows(_ instructions: InstructionSet) throws {
    let device = try instructions.device()
    let tape = Tape(inference: device)
    let indices = try Tensor(indices: [69, 0, 33, 33, 31], on: device)
    for storage in [DType.bfloat16Tiles, .int8Tiles] {
      let tiles = try random([70, 45], stream: 1, on: device).converted(to: storage)
      let rows = try tiles.converted(to: .float32)
      #expect(try tape.gatherRows(tiles, indices).values() == tape.gatherRows(rows, indices).values())
    }
  }

  @Test func whatIsNoNumberStaysNone() throws {
    let device = try Device.cpu(threads: 1)
    var values = [Float](repeating: 1, count: 96)
    values[40] = .infinity
    values[70] = .nan
    let tiles = try Tensor(values, [1, 96], on: device).converted(to: .int8Tiles)
    let read = try tiles.values()
    #expect(read[..<32].allSatisfy { $0 == 1 })
    #expect(read[32...].allSatisfy { $0.isNaN })
    let zeros = try Tensor.zeros([2, 40], on: device).converted(to: .int8Tiles)
    #expect(try zeros.values().allSatisfy { $0 == 0 })
  }

  @Test func aTensorInTilesIsAFrozenMatrix() throws {
    let device = try Device.cpu(threads: 1)
    #expect(throws: TensorsError.self) { _ = try Tensor([4], .int8Tiles, on: device) }
    #expect(throws: TensorsError.self) {
      _ = try Tensor([4, 4], .int8Tiles, on: device, needsGradient: true)
    }
    #expect(throws: TensorsError.self) { _ = try Tensor([.max, 4], .int8Tiles, on: device) }
    let tiles = try Tensor.zeros([64, 32], on: device).converted(to: .bfloat16Tiles)
    #expect(throws: TensorsError.self) { _ = try tiles.rows(0..<32) }
    #expect(throws: TensorsError.self) { _ = try tiles.converted(to: .int8Tiles) }
    #expect(tiles.byteCount == 64 * 32 * 2)
    #expect(try Tensor([33, 33], .int8Tiles, on: device).byteCount == 64 * 33 + 64 * 2 * 4)
  }
}
