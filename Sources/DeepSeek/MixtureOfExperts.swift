import Layers
import Tensors

/// A feed-forward layer of many experts, of which a router gives each token a few, and of shared ones that take every token
/// (Dai et al. 2024, "DeepSeekMoE").
final class MixtureOfExperts {
  private let shape: RouterShape
  private let router: Parameter
  private let choiceBias: Parameter?
  private let experts: [GatedFeedForward]
  private let shared: GatedFeedForward?
  /// Tokens that each expert took since they were last counted.
  private(set) var load: [Int]

  init(
    _ name: String, _ configuration: TextConfiguration, _ mixture: MixtureShape,
    downInitial: (Int) -> Initial, in parameters: ParameterSet
  ) throws {
    shape = mixture.router
    let size = configuration.hiddenSize
    func feedForward(_ part: String, hidden: Int) throws -> GatedFeedForward {
      try GatedFeedForward(
        "\(name).\(part)", size: size, hidden: hidden, activation: .silu, downInitial: downInitial(hidden),
        in: parameters)
    }
    // Never stored narrow: rounding would give tokens to other experts.
    router = try parameters.declare(name + ".gate.weight", [shape.experts, size], .fanIn(size))
    choiceBias =
      mixture.hasChoiceBias
      ? try parameters.declareBuffer(name + ".gate.e_score_correction_bias", [shape.experts], .zeros) : nil
    experts = try (0..<shape.experts).map {
      try feedForward("experts.\($0)", hidden: mixture.feedForwardSize)
    }
    shared =
      mixture.sharedExperts > 0
      ? try feedForward("shared_experts", hidden: mixture.sharedExperts * mixture.feedForwardSize) : nil
    load = Array(repeating: 0, count: shape.experts)
  }

  /// x: [tokens, hidden]; the result is like it.
  func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    let logits = try tape.linear(x, router.tensor)
    let (chosen, weights) = try tape.route(logits, bias: choiceBias?.tensor, shape)
    let plan = try ExpertPlan(chosen.integerValues(), shape)
    for (expert, rows) in zip(plan.experts, plan.ranges) { load[expert] += rows.count }
    let tokens = try Tensor(indices: plan.tokens, on: tape.device)
    let sorted = try tape.gatherRows(x, tokens)
    func project(_ input: Tensor, _ layer: (GatedFeedForward) -> Linear) throws -> Tensor {
      let layers = plan.experts.map { layer(experts[$0]) }
      let weights = layers.compactMap(\.plainWeight)
      guard weights.count == layers.count else {
        return try tape.concatenateRows(zip(layers, plan.ranges).map { try $0(input.rows($1), tape) })
      }
      return try tape.groupedLinear(input, weights, plan.ranges)
    }
    let inner = try tape.gated(project(sorted, \.gate), project(sorted, \.up), .silu)
    let factors = try tape.gatherRows(
      weights.reshaped([weights.count, 1]), Tensor(indices: plan.places, on: tape.device))
    let weighed = try tape.scaleRows(project(inner, \.down), by: factors)
    let routed = try tape.scatterRows(weighed, tokens, rows: x.rowCount)
    return try shared.map { try tape.add(routed, $0(x, tape)) } ?? routed
  }

  func forgetLoad() { load = Array(repeating: 0, count: load.count) }
}

/// The tokens of a batch sorted by the expert that takes them, each as often as it has experts.
struct ExpertPlan {
  /// The experts that take any, ascending.
  let experts: [Int]
  /// The sorted rows of each of them.
  let ranges: [Range<Int>]
  /// The token of each sorted row.
  let tokens: [Int32]
  /// Where each sorted row's weight stands among those of the router.
  let places: [Int32]

  /// - Parameter chosen: the experts of each token, one token after the other.
  init(_ chosen: [Int32], _ shape: RouterShape) throws {
    var counts = [Int](repeating: 0, count: shape.experts)
    for expert in chosen { counts[Int(expert)] += 1 }
    var next = [Int](repeating: 0, count: shape.experts)
    var experts: [Int] = []
    var ranges: [Range<Int>] = []
    var start = 0
    for expert in 0..<shape.experts where counts[expert] > 0 {
      next[expert] = start
      experts.append(expert)
      ranges.append(start..<start + counts[expert])
      start += counts[expert]
    }
    var tokens = [Int32](repeating: 0, count: chosen.count)
    var places = tokens
    for (place, expert) in chosen.enumerated() {
      let row = next[Int(expert)]
      next[Int(expert)] += 1
      tokens[row] = Int32(place / shape.chosen)
      places[row] = Int32(place)
    }
    self.experts = experts
    self.ranges = ranges
    self.tokens = tokens
    self.places = places
  }
}
