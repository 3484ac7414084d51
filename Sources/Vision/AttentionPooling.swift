import Layers
import Tensors

/// SigLIP's pooled output: one learned query attends to all tokens of an image, then a feed-forward layer (Zhai et al. 2022,
/// "Scaling vision transformers"). Query, key and value stand in one matrix, as torch.nn.MultiheadAttention has them.
struct AttentionPooling {
  private let query: Parameter
  private let weight: Parameter
  private let bias: Parameter
  private let output: Linear
  private let norm: LayerNorm
  private let feedForward: PlainFeedForward
  private let attention: AttentionShape
  private let width: Int

  init(_ name: String, _ configuration: VisionConfiguration, in parameters: ParameterSet) throws {
    width = configuration.width
    query = try parameters.declare(name + ".probe", [1, 1, width], .normal(deviation: 1))
    weight = try parameters.declare(
      name + ".attention.in_proj_weight", [3 * width, width], .fanIn(width), decays: true)
    bias = try parameters.declare(name + ".attention.in_proj_bias", [3 * width], .zeros)
    output = try Linear(name + ".attention.out_proj", from: width, to: width, bias: true, in: parameters)
    norm = try LayerNorm(
      name + ".layernorm", size: width, epsilon: configuration.normEpsilon, in: parameters)
    feedForward = try PlainFeedForward(
      first: name + ".mlp.fc1", second: name + ".mlp.fc2", size: width, hidden: configuration.feedForwardSize,
      activation: configuration.activation, in: parameters)
    attention = AttentionShape(
      queryHeads: configuration.heads, keyHeads: configuration.heads, headSize: width / configuration.heads,
      isCausal: false)
  }

  /// hidden: [images × tokens, width]; the result: [images, width].
  func callAsFunction(_ hidden: Tensor, images: Int, _ tape: Tape) throws -> Tensor {
    func project(_ x: Tensor, _ part: Int) throws -> Tensor {
      let rows = part * width..<(part + 1) * width
      return try tape.linear(x, weight.tensor.rows(rows), bias: bias.tensor.rows(rows))
    }
    let tokens = hidden.rowCount / images
    let queries = try tape.gatherRows(
      query.tensor.reshaped([1, width]), Tensor(indices: Array(repeating: 0, count: images), on: tape.device))
    let ranges = (0..<images).map {
      AttentionRange(queries: $0..<$0 + 1, keys: $0 * tokens..<($0 + 1) * tokens)
    }
    let attended = try output(
      tape.attention(project(queries, 0), project(hidden, 1), project(hidden, 2), attention, ranges), tape)
    return try tape.add(attended, feedForward(norm(attended, tape), tape))
  }
}
