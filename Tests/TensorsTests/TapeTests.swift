import Tensors
import TestSupport
import Testing

/// What the tape itself does: sharing, views, recomputation.
struct TapeTests {
  private func normal(_ shape: [Int], on device: Device, stream: UInt32, needsGradient: Bool = true) throws
    -> Tensor
  {
    let tensor = try Tensor(shape, on: device, needsGradient: needsGradient)
    try tensor.fillNormal(mean: 0, deviation: 1, seed: 2, step: 0, stream: stream)
    return tensor
  }

  private func gradient(_ tensor: Tensor) throws -> [Float] { try #require(try tensor.gradientValues()) }

  /// y = x x + x, so dy/dx = 2 x + 1.
  @Test func aTensorUsedTwiceGetsBothGradients() throws {
    let device = try Device.cpu(threads: 1)
    let x = try Tensor([1, -2, 3], [3], on: device, needsGradient: true)
    let tape = Tape(inference: device, recording: true)
    let y = try tape.add(tape.multiply(x, x), x)
    try tape.backward(from: y, gradient: Tensor([1, 1, 1], [3], on: device))
    #expect(try gradient(x) == [3, -3, 7])
  }

  @Test func viewsSendTheirGradientsToTheWhole() throws {
    let device = try Device.cpu(threads: 1)
    let x = try normal([4, 3], on: device, stream: 1)
    let tape = Tape(inference: device, recording: true)
    let sum = try tape.add(x.rows(0..<2), x.rows(1..<3))
    let y = try tape.scale(sum.reshaped([6]), by: 2)
    try tape.backward(from: y, gradient: Tensor([1, 2, 3, 4, 5, 6], [6], on: device))
    #expect(try gradient(x) == [2, 4, 6, 10, 14, 18, 8, 10, 12, 0, 0, 0])
  }

  /// Computing a block again on the way back changes neither values nor gradients, and drops the same elements.
  @Test func recomputationChangesNothing() throws {
    let device = try Device.cpu(threads: 2)
    func run(recomputing: Bool) throws -> [[Float]] {
      let x = try normal([9, 16], on: device, stream: 1)
      let weight = try normal([16, 16], on: device, stream: 2)
      let tape = Tape(training: device, random: Tape.RandomKey(seed: 6, step: 4))
      let block: (Tape, Tensor) throws -> Tensor = { tape, x in
        try tape.dropout(tape.activate(tape.linear(x, weight), .gelu), probability: 0.3)
      }
      let first = try recomputing ? tape.recomputing(x, block) : block(tape, x)
      let y = try recomputing ? tape.recomputing(first, block) : block(tape, first)
      let values = try y.values()
      try tape.backward(from: y, gradient: normal([9, 16], on: device, stream: 3, needsGradient: false))
      return [values, try gradient(x), try gradient(weight)]
    }
    let plain = try run(recomputing: false)
    let again = try run(recomputing: true)
    #expect(again[0] == plain[0])
    #expect(relativeError(again[1], plain[1]) < 1e-6)
    #expect(relativeError(again[2], plain[2]) < 1e-6)
  }

  @Test func nothingIsRecordedWithoutNeed() throws {
    let device = try Device.cpu(threads: 1)
    let fixed = try normal([3], on: device, stream: 1, needsGradient: false)
    #expect(try !Tape(inference: device, recording: true).scale(fixed, by: 2).needsGradient)
    let free = try normal([3], on: device, stream: 1)
    #expect(try !Tape(inference: device).scale(free, by: 2).needsGradient)
    #expect(try Tape(inference: device, recording: true).scale(free, by: 2).needsGradient)
  }

  @Test func bfloat16RoundsToTheNearestEven() throws {
    let device = try Device.cpu(threads: 1)
    // 1 + 1/256 lies half way between two bfloat16 numbers, and so does 1 + 3/256.
    let values: [Float] = [1.00390625, 1.01171875, -1.005859375, .greatestFiniteMagnitude, -.infinity]
    let stored = try Tensor(values, [1, 5], on: device).converted(to: .bfloat16)
    #expect(stored.dtype == .bfloat16)
    let rounded: [Float] = [1, 1.015625, -1.0078125, .infinity, -.infinity]
    #expect(try stored.values() == rounded)
    let none = try Tensor([.nan], [1, 1], on: device).converted(to: .bfloat16)
    #expect(try none.values()[0].isNaN)
  }
}
