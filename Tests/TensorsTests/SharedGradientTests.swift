import Tensors
import Testing

/// Gradients that pass an addition unchanged share memory; what one tensor adds to its own must not reach another.
@Suite struct SharedGradientTests {
  private let device: Device

  init() throws { device = try .cpu(threads: 2) }

  private func tensor(_ values: [Float]) throws -> Tensor {
    try Tensor(values, [values.count], on: device, needsGradient: true)
  }

  @Test func aTensorAddedToItselfReceivesItsGradientTwice() throws {
    let x = try tensor([1, 2, 3])
    let tape = Tape(inference: device, recording: true)
    let y = try tape.add(x, x)
    try tape.backward(from: y, gradient: Tensor([1, 10, 100], [3], on: device))
    #expect(try x.gradientValues() == [2, 20, 200])
  }

  /// z = (a + b) + 3 a: what a is given later must not show in the gradients of b or of the caller.
  @Test func whatIsAddedLaterStaysWithItsTensor() throws {
    let a = try tensor([1, 2, 3])
    let b = try tensor([4, 5, 6])
    let tape = Tape(inference: device, recording: true)
    let tripled = try tape.scale(a, by: 3)
    let z = try tape.add(tripled, tape.add(a, b))
    let given = try Tensor([1, 10, 100], [3], on: device)
    try tape.backward(from: z, gradient: given)
    #expect(try a.gradientValues() == [4, 40, 400])
    #expect(try b.gradientValues() == [1, 10, 100])
    #expect(try given.values() == [1, 10, 100])
  }

  /// A later pass overwrites kept memory, also where it was shared.
  @Test func aClearedGradientIsWrittenAnew() throws {
    let a = try tensor([1, 2])
    let b = try tensor([3, 4])
    for factor: Float in [1, 5] {
      let tape = Tape(inference: device, recording: true)
      let y = try tape.add(a, b)
      try tape.backward(from: y, gradient: Tensor([factor, 2 * factor], [2], on: device))
      #expect(try a.gradientValues() == [factor, 2 * factor])
      #expect(try b.gradientValues() == [factor, 2 * factor])
      a.clearGradient()
      b.clearGradient()
    }
  }

  /// Part of a gradient goes to a view, and the gradient that starts the way back is itself a view.
  @Test func viewsReceiveTheirPart() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 6], [3, 2], on: device, needsGradient: true)
    let other = try Tensor([0, 0, 0, 0], [2, 2], on: device, needsGradient: true)
    let tape = Tape(inference: device, recording: true)
    let y = try tape.add(x.rows(1..<3), other)
    let given = try Tensor([9, 9, 1, 2, 3, 4], [3, 2], on: device)
    try tape.backward(from: y, gradient: given.rows(1..<3))
    #expect(try x.gradientValues() == [0, 0, 1, 2, 3, 4])
    #expect(try other.gradientValues() == [1, 2, 3, 4])
  }

  /// A frozen weight still passes gradients to its input.
  @Test func aFrozenWeightPassesTheGradientOn() throws {
    let x = try Tensor([1, 2], [1, 2], on: device, needsGradient: true)
    let weight = try Tensor([1, 2, 3, 4], [2, 2], on: device)
    let tape = Tape(inference: device, recording: true)
    try tape.backward(from: tape.linear(x, weight), gradient: Tensor([1, 10], [1, 2], on: device))
    #expect(try x.gradientValues() == [31, 42])
    #expect(try weight.gradientValues() == nil)
  }
}
