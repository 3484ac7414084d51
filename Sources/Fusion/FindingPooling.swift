import Layers
import Tensors

/// Learned attention pooling: one query for each finding looks over the patch tokens of a study and gathers what speaks
/// for that finding (the attention pooling of Lee et al. 2019, "Set Transformer", with one seed for each finding).
struct FindingPooling {
  private let count: Int
  private let queries: Parameter
  private let norm: LayerNorm
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let outputNorm: LayerNorm
  private let attention: AttentionShape

  init(_ name: String, count: Int, width: Int, heads: Int, in parameters: ParameterSet) throws {
    self.count = count
    // Small queries look everywhere alike at first, so that training starts from mean pooling.
    queries = try parameters.declare(name + ".queries", [count, width], .normal(deviation: 0.02))
    norm = try LayerNorm(name + ".norm", size: width, epsilon: 1e-6, in: parameters)
    key = try Linear(name + ".k_proj", from: width, to: width, bias: false, in: parameters)
    value = try Linear(name + ".v_proj", from: width, to: width, bias: false, in: parameters)
    output = try Linear(name + ".o_proj", from: width, to: width, bias: true, in: parameters)
    outputNorm = try LayerNorm(name + ".output_norm", size: width, epsilon: 1e-6, in: parameters)
    attention = AttentionShape(queryHeads: heads, keyHeads: heads, headSize: width / heads, isCausal: false)
  }

  /// patches: [rows, width]; the result: [studies × findings, width].
  func callAsFunction(_ patches: Tensor, _ studies: [Range<Int>], _ tape: Tape) throws -> Tensor {
    let normed = try norm(patches, tape)
    let pooled = try tape.attention(
      repeatedQueries(studies.count, tape), key(normed, tape), value(normed, tape), attention, ranges(studies)
    )
    return try outputNorm(output(pooled, tape), tape)
  }

  /// Where each finding's query looks: the share of attention on each patch row, finding by finding.
  func attentionWeights(_ patches: Tensor, _ studies: [Range<Int>], _ tape: Tape) throws -> [[Float]] {
    let keys = try key(norm(patches, tape), tape)
    let queries = try repeatedQueries(studies.count, tape)
    return try (0..<count).map { finding in
      let ranges = studies.enumerated().map { study, rows in
        AttentionRange(queries: study * count + finding..<study * count + finding + 1, keys: rows)
      }
      return try tape.attentionWeights(queries, keys, attention, ranges).values()
    }
  }

  private func repeatedQueries(_ studies: Int, _ tape: Tape) throws -> Tensor {
    let rows = (0..<studies * count).map { Int32($0 % count) }
    return try tape.gatherRows(queries.tensor, Tensor(indices: rows, on: tape.device))
  }

  private func ranges(_ studies: [Range<Int>]) -> [AttentionRange] {
    studies.enumerated().map { AttentionRange(queries: $0 * count..<($0 + 1) * count, keys: $1) }
  }
}
