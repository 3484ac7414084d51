import Foundation
import Tensors
import TestSupport
import Testing

/// Every operation against PyTorch's values and gradients, with every set of instructions.
struct OperationTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture("operations", in: .module) }

  @Test(arguments: InstructionSet.available, OperationCase.all)
  func agreesWithPyTorchInValuesAndGradients(_ instructions: InstructionSet, _ operation: OperationCase)
    throws
  {
    try check(operation, copies: 1, tolerance: 1e-5, on: instructions.device())
  }

  @Test(arguments: InstructionSet.available, OperationCase.all.filter(\.canRepeat))
  func agreesOnTensorsOfManyPieces(_ instructions: InstructionSet, _ operation: OperationCase) throws {
    try check(operation, copies: 151, tolerance: 2e-5, on: instructions.device(threads: 3))
  }

  private func check(_ operation: OperationCase, copies: Int, tolerance: Float, on device: Device) throws {
    let inputs = try operation.inputs(fixture, copies: copies, on: device)
    let tape = operation.tape(on: device)
    let y = try operation.run(tape, inputs)
    let expected = operation.repeated(try fixture.floats(operation.path("y")), copies)
    #expect(relativeError(try y.values(), expected) <= tolerance)

    let dy = operation.repeated(try fixture.floats(operation.path("dy")), copies)
    try tape.backward(from: y, gradient: Tensor(dy, y.shape, on: device))
    for name in operation.rows {
      let gradient = try #require(try inputs[name].gradientValues(), "no gradient of \(name)")
      let wanted = operation.repeated(try fixture.floats(operation.path("grad." + name)), copies)
      #expect(relativeError(gradient, wanted) <= tolerance, "gradient of \(name)")
    }
    for name in operation.shared {
      let gradient = try #require(try inputs[name].gradientValues(), "no gradient of \(name)")
      let wanted = try fixture.floats(operation.path("grad." + name)).map { $0 * Float(copies) }
      #expect(relativeError(gradient, wanted) <= tolerance, "gradient of \(name)")
    }
  }

  /// A second pass adds its gradients to those of the first.
  @Test(arguments: InstructionSet.available, OperationCase.all)
  func addsGradientsOfASecondPass(_ instructions: InstructionSet, _ operation: OperationCase) throws {
    let device = try instructions.device()
    let inputs = try operation.inputs(fixture, on: device)
    for _ in 0..<2 {
      let tape = operation.tape(on: device)
      let y = try operation.run(tape, inputs)
      let dy = try Tensor(try fixture.floats(operation.path("dy")), y.shape, on: device)
      try tape.backward(from: y, gradient: dy)
    }
    for name in operation.rows + operation.shared {
      let gradient = try #require(try inputs[name].gradientValues())
      let twice = try fixture.floats(operation.path("grad." + name)).map { $0 * 2 }
      #expect(relativeError(gradient, twice) <= 1e-5, "gradient of \(name)")
    }
  }

  /// Along its own gradient a function rises by the gradient's length: central differences know nothing of PyTorch.
  @Test(arguments: OperationCase.all.filter(\.isSmooth))
  func risesAlongItsGradient(_ operation: OperationCase) throws {
    let device = try Device.cpu(threads: 1)
    let inputs = try operation.inputs(fixture, on: device)
    let dy = try fixture.floats(operation.path("dy"))
    let tape = operation.tape(on: device)
    let y = try operation.run(tape, inputs)
    try tape.backward(from: y, gradient: Tensor(dy, y.shape, on: device))

    let names = operation.rows + operation.shared
    var start: [String: [Float]] = [:]
    var gradients: [String: [Float]] = [:]
    for name in names {
      start[name] = try inputs[name].values()
      let gradient: [Float] = try #require(try inputs[name].gradientValues())
      gradients[name] = gradient
    }
    let square = gradients.values.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
    let length = square.squareRoot()

    func value(at distance: Double) throws -> Double {
      for name in names {
        let moved = zip(try #require(start[name]), try #require(gradients[name])).map {
          Float(Double($0) + distance / length * Double($1))
        }
        try inputs[name].write(moved)
      }
      let values = try operation.run(operation.tape(on: device), inputs).values()
      return zip(values, dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let step = 0.02
    let slope = (try value(at: step) - value(at: -step)) / (2 * step)
    #expect(abs(slope - length) <= 3e-3 * length, "\(slope) along a gradient of length \(length)")
  }

  @Test(arguments: InstructionSet.available)
  func batchNormMovesItsStatisticsAndThenUsesThem(_ instructions: InstructionSet) throws {
    let device = try instructions.device()
    let operation = try #require(OperationCase.all.first { $0.name == "batchNorm" })
    let inputs = try operation.inputs(fixture, on: device)
    _ = try operation.run(operation.tape(on: device), inputs)
    let mean = try inputs["mean"].values()
    #expect(relativeError(mean, try fixture.floats("batchNorm/moved_mean")) < 1e-6)
    let variance = try inputs["variance"].values()
    #expect(relativeError(variance, try fixture.floats("batchNorm/moved_variance")) < 1e-6)

    try inputs["mean"].write(fixture.floats("batchNorm/mean"))
    try inputs["variance"].write(fixture.floats("batchNorm/variance"))
    let y = try operation.run(Tape(inference: device), inputs)
    #expect(relativeError(try y.values(), try fixture.floats("batchNorm/inference")) < 1e-5)
  }

  @Test(arguments: InstructionSet.available)
  func attentionWeightsAreTheShareOfEachKey(_ instructions: InstructionSet) throws {
    let device = try instructions.device()
    func input(_ name: String) throws -> Tensor {
      try Tensor(try fixture.floats("attentionWeights/" + name), [11, 24], on: device)
    }
    let shape = AttentionShape(queryHeads: 2, keyHeads: 2, headSize: 12, isCausal: false)
    let ranges = [
      AttentionRange(queries: 0..<5, keys: 0..<6), AttentionRange(queries: 5..<7, keys: 6..<6),
      AttentionRange(queries: 7..<11, keys: 6..<11),
    ]
    let weights = try Tape(inference: device).attentionWeights(input("q"), input("k"), shape, ranges)
    #expect(relativeError(try weights.values(), try fixture.floats("attentionWeights/y")) < 1e-5)
  }
}
