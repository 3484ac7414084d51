import Tensors
import Testing

/// What mixtures of experts rest on, beyond values and gradients.
struct ExpertTests {
  private func random(_ shape: [Int], stream: UInt32, on device: Device) throws -> Tensor {
    let tensor = try Tensor(shape, on: device)
    try tensor.fillNormal(mean: 0, deviation: 1, seed: 3, step: 0, stream: stream)
    return tensor
  }

  /// The product of an expert is the same bits as alone, whatever other experts there are and however few its rows.
  @Test(arguments: InstructionSet.available)
  func groupedProductsAreThoseOfEachAlone(_ instructions: InstructionSet) throws {
    let device = try instructions.device(threads: 2)
    let tape = Tape(inference: device)
    // Depths of several blocks, and one weight in half precision.
    let x = try random([40, 1100], stream: 1, on: device)
    let ranges = [0..<1, 1..<5, 5..<5, 5..<22, 22..<40]
    var weights = try (0..<5).map { try random([150, 1100], stream: UInt32(2 + $0), on: device) }
    weights[1] = try weights[1].converted(to: .bfloat16)
    let together = try bits(tape.groupedLinear(x, weights, ranges))
    let apart = try zip(weights, ranges).flatMap { try bits(tape.linear(x.rows($1), $0)) }
    #expect(together == apart)
  }

  @Test func productsOfHeadsAreThoseOfEachAlone() throws {
    let device = try Device.cpu(threads: 2)
    let tape = Tape(inference: device)
    let x = try random([3, 4 * 10], stream: 1, on: device)
    let weight = try random([4 * 9, 6], stream: 2, on: device)
    let up = try tape.headProducts(x, columns: 1..<6, heads: 4, by: weight, rows: 2..<7, transposed: false)
    let down = try tape.headProducts(
      up, columns: 0..<6, heads: 4, by: weight, rows: 7..<9, transposed: true)
    var wanted: [Float] = []
    let (xs, ws) = (try x.values(), try weight.values())
    for row in 0..<3 {
      for head in 0..<4 {
        let middle = (0..<6).map { n in
          (0..<5).reduce(Float(0)) {
            $0 + xs[row * 40 + head * 10 + 1 + $1] * ws[(head * 9 + 2 + $1) * 6 + n]
          }
        }
        for part in 7..<9 {
          wanted.append((0..<6).reduce(Float(0)) { $0 + middle[$1] * ws[(head * 9 + part) * 6 + $1] })
        }
      }
    }
    #expect(down.shape == [3, 8])
    for (value, expected) in zip(try down.values(), wanted) { #expect(abs(value - expected) < 1e-4) }
  }

  private func bits(_ tensor: Tensor) throws -> [UInt32] { try tensor.values().map(\.bitPattern) }

  @Test func aRouterKeepsToItsGroupsAndTakesTheFirstOfEquals() throws {
    let device = try Device.cpu(threads: 1)
    let tape = Tape(inference: device)
    func chosen(_ logits: [Float], bias: [Float]? = nil, _ shape: RouterShape) throws -> [Int32] {
      try tape.route(
        Tensor(logits, [logits.count / shape.experts, shape.experts], on: device),
        bias: bias.map { try Tensor($0, [shape.experts], on: device) }, shape
      ).experts.integerValues()
    }
    var shape = RouterShape(experts: 6, chosen: 2, score: .softmax, normalises: false, scale: 1)
    #expect(try chosen([1, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0], shape) == [1, 2, 0, 1])
    // The best expert stands in a group whose two best are worth less.
    shape = RouterShape(
      experts: 6, chosen: 2, groups: 3, keptGroups: 1, score: .sigmoid, groupWorth: .twoBest,
      normalises: true,
      scale: 1)
    #expect(try chosen([3, -3, 1, 1, 0, 0], shape) == [2, 3])
    shape.groupWorth = .best
    #expect(try chosen([3, -3, 1, 1, 0, 0], shape) == [0, 1])
    // A bias takes part in the choice, and not in the weights.
    shape.groups = 1
    shape.normalises = false
    let bias: [Float] = [-9, 0, 0, 0, 9, 0]
    #expect(try chosen([3, 2, 0, 0, 0, 0], bias: bias, shape) == [1, 4])
    let (_, weights) = try tape.route(
      Tensor([3, 2, 0, 0, 0, 0], [1, 6], on: device), bias: Tensor(bias, [6], on: device), shape)
    #expect(abs(try weights.values()[1] - 0.5) < 1e-6)
    // Numbers that are none still name experts that exist, each once.
    let lost = try chosen(Array(repeating: .nan, count: 6), shape)
    #expect(Set(lost).count == 2 && lost.allSatisfy { (0..<6).contains($0) })
  }

  @Test func aRouterThatCannotBeIsRefused() throws {
    let device = try Device.cpu(threads: 1)
    let logits = try Tensor.zeros([2, 6], on: device)
    for shape in [
      RouterShape(experts: 6, chosen: 7, score: .softmax, normalises: false, scale: 1),
      RouterShape(
        experts: 6, chosen: 3, groups: 3, keptGroups: 1, score: .softmax, normalises: false, scale: 1),
      RouterShape(
        experts: 6, chosen: 2, groups: 4, keptGroups: 4, score: .softmax, normalises: false, scale: 1),
      RouterShape(experts: 5, chosen: 2, score: .softmax, normalises: false, scale: 1),
    ] {
      #expect(throws: TensorsError.self) {
        try Tape(inference: device).route(logits, bias: nil, shape)
      }
    }
  }
}
