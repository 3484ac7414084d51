import Layers
import Tensors

/// Sequences of tokens one after the other, without padding.
public struct TokenBatch {
  /// int32, [tokens]
  public let tokens: Tensor
  /// The place of each token in its sequence. int32, [tokens]
  public let positions: Tensor
  /// The rows of each sequence.
  public let sequences: [Range<Int>]
  /// The place of each sequence's first token: above 0 when a cache holds the tokens before it.
  public let starts: [Int]

  public init(_ sequences: [[Int]], startingAt starts: [Int]? = nil, on device: Device) throws {
    let starts = starts ?? sequences.map { _ in 0 }
    var tokens: [Int32] = []
    var positions: [Int32] = []
    var ranges: [Range<Int>] = []
    for (sequence, start) in zip(sequences, starts) {
      ranges.append(tokens.count..<tokens.count + sequence.count)
      tokens.append(contentsOf: sequence.map { Int32(truncatingIfNeeded: $0) })
      positions.append(contentsOf: sequence.indices.map { Int32(truncatingIfNeeded: start + $0) })
    }
    self.tokens = try Tensor(indices: tokens, on: device)
    self.positions = try Tensor(indices: positions, on: device)
    self.sequences = ranges
    self.starts = starts
  }

  public var tokenCount: Int { tokens.count }
}
