import Foundation
import Groundwork
import Tensors
import TestSupport
import Testing

/// The kernels' random numbers against the Philox of `Groundwork`, which is checked against published vectors.
struct RandomTests {
  static let seed: UInt64 = 0x0123_4567_89AB_CDEF
  static let key = SIMD2<UInt32>(0x89AB_CDEF, 0x0123_4567)

  /// Word i % 4 of block i / 4.
  private func words(_ count: Int, step: UInt32, stream: UInt32) -> [UInt32] {
    (0..<(count + 3) / 4).flatMap { block -> [UInt32] in
      let words = Philox.block(counter: SIMD4(UInt32(block), 0, step, stream), key: Self.key)
      return [words[0], words[1], words[2], words[3]]
    }.prefix(count).map { $0 }
  }

  private func unit(_ word: UInt32) -> Double { Double(word >> 8) * 0x1p-24 }

  @Test(arguments: InstructionSet.available, [1, 3, 64, 1003, 40_001])
  func uniformNumbersArePhilox(_ instructions: InstructionSet, _ count: Int) throws {
    let tensor = try Tensor([count], on: instructions.device())
    try tensor.fillUniform(0...1, seed: Self.seed, step: 7, stream: 3)
    #expect(try tensor.values() == words(count, step: 7, stream: 3).map { Float(unit($0)) })
  }

  @Test(arguments: InstructionSet.available, [2, 63, 40_002])
  func normalNumbersAreBoxAndMullers(_ instructions: InstructionSet, _ count: Int) throws {
    let tensor = try Tensor([count], on: instructions.device())
    try tensor.fillNormal(mean: 0.5, deviation: 2, seed: Self.seed, step: 7, stream: 3)
    let drawn = words(count + count % 2, step: 7, stream: 3)
    let expected = stride(from: 0, to: drawn.count, by: 2).flatMap { index -> [Float] in
      let radius = (-2 * log(unit(drawn[index]) + 0x1p-24)).squareRoot()
      let angle = 2 * Double.pi * unit(drawn[index + 1])
      return [Float(0.5 + 2 * radius * cos(angle)), Float(0.5 + 2 * radius * sin(angle))]
    }
    #expect(relativeError(try tensor.values(), Array(expected.prefix(count))) < 1e-6)
  }

  @Test(arguments: InstructionSet.available)
  func dropoutDropsTheSameElementsOnTheWayBack(_ instructions: InstructionSet) throws {
    let device = try instructions.device()
    let count = 40_001
    let x = try Tensor([Float](repeating: 1, count: count), [count], on: device, needsGradient: true)
    let tape = Tape(training: device, random: Tape.RandomKey(seed: Self.seed, step: 9))
    let y = try tape.dropout(x, probability: 0.25)
    let kept = words(count, step: 9, stream: 0).map { unit($0) >= 0.25 }
    let expected = kept.map { $0 ? Float(4) / 3 : 0 }
    #expect(relativeError(try y.values(), expected) < 1e-6)
    let dy = try Tensor([Float](repeating: 3, count: count), [count], on: device)
    try tape.backward(from: y, gradient: dy)
    let gradient: [Float] = try #require(try x.gradientValues())
    #expect(relativeError(gradient, kept.map { $0 ? 4 : 0 }) < 1e-6)
    let share = Double(kept.count { $0 }) / Double(count)
    #expect(abs(share - 0.75) < 0.01)
  }

  @Test func dropoutLeavesAModelInUseAlone() throws {
    let device = try Device.cpu(threads: 1)
    let x = try Tensor([1, 2, 3], [3], on: device)
    #expect(try Tape(inference: device).dropout(x, probability: 0.9).values() == [1, 2, 3])
  }
}
