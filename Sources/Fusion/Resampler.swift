import Layers
import Tensors

/// The Perceiver resampler (Jaegle et al. 2021; Alayrac et al. 2022): a fixed number of latents for each study gathers what
/// its patch tokens hold. Each layer: the latents attend to patches and latents together, then a feed-forward layer.
struct Resampler {
  private struct Layer {
    let patchNorm: LayerNorm
    let latentNorm: LayerNorm
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    let feedForwardNorm: LayerNorm
    let feedForward: PlainFeedForward
  }

  private let count: Int
  private let latents: Parameter
  private let layers: [Layer]
  private let norm: LayerNorm
  private let attention: AttentionShape

  init(_ name: String, latents count: Int, width: Int, heads: Int, layers: Int, in parameters: ParameterSet)
    throws
  {
    self.count = count
    latents = try parameters.declare(name + ".latents", [count, width], .normal(deviation: 1))
    self.layers = try (0..<layers).map { index in
      let name = "\(name).layers.\(index)"
      func linear(_ part: String) throws -> Linear {
        try Linear("\(name).\(part)", from: width, to: width, bias: false, in: parameters)
      }
      func norm(_ part: String) throws -> LayerNorm {
        try LayerNorm("\(name).\(part)", size: width, epsilon: 1e-6, in: parameters)
      }
      return Layer(
        patchNorm: try norm("patch_norm"), latentNorm: try norm("latent_norm"), query: try linear("q_proj"),
        key: try linear("k_proj"), value: try linear("v_proj"), output: try linear("o_proj"),
        feedForwardNorm: try norm("feed_forward_norm"),
        feedForward: try PlainFeedForward(
          first: name + ".fc1", second: name + ".fc2", size: width, hidden: 4 * width, activation: .gelu,
          in: parameters))
    }
    norm = try LayerNorm(name + ".norm", size: width, epsilon: 1e-6, in: parameters)
    attention = AttentionShape(queryHeads: heads, keyHeads: heads, headSize: width / heads, isCausal: false)
  }

  /// patches: [rows, width]; the result: [studies × latents, width]. A study without patches keeps its own latents.
  func callAsFunction(_ patches: Tensor, _ studies: [Range<Int>], _ tape: Tape) throws -> Tensor {
    let start = (0..<studies.count * count).map { Int32($0 % count) }
    var x = try tape.gatherRows(latents.tensor, Tensor(indices: start, on: tape.device))
    let latentRows = studies.indices.map { $0 * count..<($0 + 1) * count }
    let (order, together) = Rows.interleave(studies, latentRows, secondOffset: patches.rowCount)
    let indices = try Tensor(indices: order, on: tape.device)
    let ranges = zip(latentRows, together).map { AttentionRange(queries: $0, keys: $1) }
    for layer in layers {
      let normedLatents = try layer.latentNorm(x, tape)
      let context = try tape.gatherRows(
        tape.concatenateRows([layer.patchNorm(patches, tape), normedLatents]), indices)
      let attended = try tape.attention(
        layer.query(normedLatents, tape), layer.key(context, tape), layer.value(context, tape), attention,
        ranges)
      x = try tape.add(x, layer.output(attended, tape))
      x = try tape.add(x, layer.feedForward(layer.feedForwardNorm(x, tape), tape))
    }
    return try norm(x, tape)
  }
}

/// Arranging rows of several tensors by study.
enum Rows {
  /// The order that puts each study's rows of a first tensor before its rows of a second, when the second stands
  /// `secondOffset` rows behind the first; and the rows of each study in that order.
  static func interleave(
    _ first: [Range<Int>], _ second: [Range<Int>], secondOffset: Int
  ) -> (order: [Int32], studies: [Range<Int>]) {
    var order: [Int32] = []
    var studies: [Range<Int>] = []
    for (firstRows, secondRows) in zip(first, second) {
      let start = order.count
      order.append(contentsOf: firstRows.map(Int32.init))
      order.append(contentsOf: secondRows.map { Int32($0 + secondOffset) })
      studies.append(start..<order.count)
    }
    return (order, studies)
  }
}
