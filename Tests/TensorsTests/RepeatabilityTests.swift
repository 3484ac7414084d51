import Foundation
import Tensors
import TestSupport
import Testing

/// The same call gives the same bits, whichever thread was faster.
struct RepeatabilityTests {
  @Test(arguments: OperationCase.all.filter(\.canRepeat))
  func theSameCallGivesTheSameBits(_ operation: OperationCase) throws {
    let fixture = try Fixture("operations", in: .module)
    let device = try InstructionSet.avx512.device(threads: 4)
    let copies = 101
    let dy = operation.repeated(try fixture.floats(operation.path("dy")), copies)

    func bits() throws -> [UInt32] {
      let inputs = try operation.inputs(fixture, copies: copies, on: device)
      let tape = operation.tape(on: device)
      let y = try operation.run(tape, inputs)
      let values = try y.values()
      try tape.backward(from: y, gradient: Tensor(dy, y.shape, on: device))
      let gradients = try (operation.rows + operation.shared).map {
        try #require(try inputs[$0].gradientValues()) as [Float]
      }
      return (values + gradients.joined()).map(\.bitPattern)
    }

    let first = try bits()
    for _ in 0..<4 { #expect(try bits() == first) }
  }

  @Test func sumsGiveTheSameBits() throws {
    let device = try Device.cpu(threads: 4)
    let x = try Tensor([1_000_003], on: device, needsGradient: true)
    try x.fillNormal(mean: 0, deviation: 1, seed: 1, step: 2, stream: 3)
    let sum = try x.sum()
    for _ in 0..<10 { #expect(try x.sum() == sum) }
  }
}
