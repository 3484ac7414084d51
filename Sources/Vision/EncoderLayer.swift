import Layers
import Tensors

/// One pre-norm layer of a vision transformer; named as its family does.
struct EncoderLayer {
  let attentionNorm: LayerNorm
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let attentionScale: LayerScale?
  let feedForwardNorm: LayerNorm
  let feedForward: FeedForward
  let feedForwardScale: LayerScale?
  let attention: AttentionShape

  enum FeedForward {
    case plain(PlainFeedForward)
    case gated(PackedFeedForward)

    func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
      switch self {
      case .plain(let layer): try layer(x, tape)
      case .gated(let layer): try layer(x, tape)
      }
    }
  }

  init(_ name: String, _ configuration: VisionConfiguration, in parameters: ParameterSet) throws {
    let names = EncoderNames(configuration.family)
    let width = configuration.width
    let bias = configuration.attentionBias
    let additions = Float(2 * configuration.layers).squareRoot()
    func norm(_ part: String) throws -> LayerNorm {
      try LayerNorm("\(name).\(part)", size: width, epsilon: configuration.normEpsilon, in: parameters)
    }
    func projection(_ part: String) throws -> Linear {
      try Linear("\(name).\(part)", from: width, to: width, bias: bias, in: parameters)
    }
    func scale(_ part: String) throws -> LayerScale? {
      configuration.family.hasLayerScale
        ? try LayerScale("\(name).\(part)", size: width, in: parameters) : nil
    }
    attentionNorm = try norm(names.attentionNorm)
    query = try projection(names.query)
    key = try projection(names.key)
    value = try projection(names.value)
    output = try Linear(
      "\(name).\(names.output)", from: width, to: width, bias: true,
      initial: .normal(deviation: 1 / Float(width).squareRoot() / additions), in: parameters)
    attentionScale = try scale("layer_scale1")
    feedForwardNorm = try norm(names.feedForwardNorm)
    if configuration.feedForwardIsGated {
      feedForward = .gated(
        try PackedFeedForward(name + ".mlp", size: width, hidden: configuration.gatedSize, in: parameters))
    } else {
      feedForward = .plain(
        try PlainFeedForward(
          first: "\(name).\(names.first)", second: "\(name).\(names.second)", size: width,
          hidden: configuration.feedForwardSize, activation: configuration.activation, in: parameters))
    }
    feedForwardScale = try scale("layer_scale2")
    attention = AttentionShape(
      queryHeads: configuration.heads, keyHeads: configuration.heads, headSize: width / configuration.heads,
      isCausal: false)
  }

  func callAsFunction(_ x: Tensor, _ ranges: [AttentionRange], dropout: Float, _ tape: Tape) throws -> Tensor
  {
    let normed = try attentionNorm(x, tape)
    var attended = try output(
      tape.attention(query(normed, tape), key(normed, tape), value(normed, tape), attention, ranges), tape)
    if let attentionScale { attended = try attentionScale(attended, tape) }
    let middle = try tape.add(x, tape.dropout(attended, probability: dropout))
    var fed = try feedForward(feedForwardNorm(middle, tape), tape)
    if let feedForwardScale { fed = try feedForwardScale(fed, tape) }
    return try tape.add(middle, tape.dropout(fed, probability: dropout))
  }
}

/// Each feature times a learned factor (Touvron et al. 2021, "Going deeper with image transformers").
struct LayerScale {
  private let factors: Parameter

  init(_ name: String, size: Int, in parameters: ParameterSet) throws {
    factors = try parameters.declare(name + ".lambda1", [size], .ones)
  }

  func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.scaleColumns(x, by: factors.tensor)
  }
}

/// The gated feed-forward layer of the largest DINOv2: gate and up projection in one matrix, with biases.
struct PackedFeedForward {
  private let inputs: Linear
  private let output: Linear
  private let hidden: Int

  init(_ name: String, size: Int, hidden: Int, in parameters: ParameterSet) throws {
    self.hidden = hidden
    inputs = try Linear(name + ".weights_in", from: size, to: 2 * hidden, bias: true, in: parameters)
    output = try Linear(name + ".weights_out", from: hidden, to: size, bias: true, in: parameters)
  }

  func callAsFunction(_ x: Tensor, _ tape: Tape) throws -> Tensor {
    let gate = try inputs.part(0..<hidden, x, tape)
    let up = try inputs.part(hidden..<2 * hidden, x, tape)
    return try output(tape.gated(gate, up, .silu), tape)
  }
}

extension Linear {
  /// Some of the outputs alone. [rows, outputs in the range]
  func part(_ range: Range<Int>, _ x: Tensor, _ tape: Tape) throws -> Tensor {
    try tape.linear(x, weight.tensor.rows(range), bias: bias?.tensor.rows(range))
  }
}
