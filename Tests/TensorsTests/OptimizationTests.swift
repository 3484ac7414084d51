import Foundation
import Tensors
import TestSupport
import Testing

/// The optimizer's step and the sums over many tensors.
struct OptimizationTests {
  @Test(arguments: InstructionSet.available)
  func adamWTakesPyTorchsSteps(_ instructions: InstructionSet) throws {
    let fixture = try Fixture("operations", in: .module)
    let device = try instructions.device()
    let start = try fixture.floats("adamW/start")
    let parameter = try Tensor(start, [start.count], on: device, needsGradient: true)
    let mean = try Tensor.zeros([start.count], on: device)
    let square = try Tensor.zeros([start.count], on: device)
    let one = try Tensor([Float](repeating: 1, count: start.count), [start.count], on: device)
    for step in 1...3 {
      let gradient = try Tensor(try fixture.floats("adamW/gradient\(step)"), [start.count], on: device)
      let tape = Tape(inference: device, recording: true)
      try tape.backward(from: tape.multiply(parameter, one), gradient: gradient)
      try parameter.adamW(
        mean: mean, square: square, rate: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, decay: 0.1,
        step: step,
        gradientScale: 0.25)
      parameter.clearGradient()
      #expect(relativeError(try parameter.values(), try fixture.floats("adamW/parameter\(step)")) < 1e-6)
    }
  }

  @Test func aParameterWithoutAGradientStays() throws {
    let device = try Device.cpu(threads: 1)
    let parameter = try Tensor([1, 2], [2], on: device, needsGradient: true)
    let moments = try Tensor.zeros([2], on: device)
    try parameter.adamW(
      mean: moments, square: moments, rate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1e-8, decay: 1, step: 1,
      gradientScale: 1)
    #expect(try parameter.values() == [1, 2])
  }

  @Test(arguments: InstructionSet.available, [1, 3, 17, 1000, 100_001])
  func sumsAreTakenInDoublePrecision(_ instructions: InstructionSet, _ count: Int) throws {
    let device = try instructions.device()
    let x = try Tensor([count], on: device, needsGradient: true)
    try x.fillUniform(0...1, seed: 4, step: 0, stream: 0)
    let values = try x.values()
    let total = values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(Double(try x.sum()) - total) <= 1e-7 * total)

    let tape = Tape(inference: device, recording: true)
    try tape.backward(from: tape.scale(x, by: 1), gradient: x)
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let norm = try Tensor.gradientNorm(of: [x, x], on: device)
    #expect(abs(norm - (2 * squares).squareRoot()) <= 1e-12 * norm)
  }
}
