import Layers
import Tensors

/// The keys and values of the tokens seen so far, for every layer and several sequences.
public final class KeyValueCache {
  /// Tokens that fit, for each sequence.
  public let capacity: Int
  /// Tokens held, for each sequence.
  public private(set) var lengths: [Int]
  /// [sequences × capacity, key heads × head size] for each layer.
  private let keys: [Tensor]
  private let values: [Tensor]

  public init(_ configuration: TextConfiguration, sequences: Int, capacity: Int, on device: Device) throws {
    self.capacity = capacity
    lengths = Array(repeating: 0, count: sequences)
    let shape = [sequences * capacity, configuration.keyValueHeads * configuration.headSize]
    keys = try (0..<configuration.layers).map { _ in try Tensor(shape, on: device) }
    values = try (0..<configuration.layers).map { _ in try Tensor(shape, on: device) }
  }

  /// Puts the new rows of a layer behind those held; gives all rows, and which of them each sequence attends to.
  func append(
    layer: Int, keys newKeys: Tensor, values newValues: Tensor, batch: TokenBatch
  ) throws -> (keys: Tensor, values: Tensor, ranges: [AttentionRange]) {
    var ranges: [AttentionRange] = []
    for (index, rows) in batch.sequences.enumerated() {
      let length = lengths[index]
      guard length + rows.count <= capacity else {
        throw DeepSeekError.tooLong(tokens: length + rows.count, limit: capacity)
      }
      let start = index * capacity
      if !rows.isEmpty {
        let place = start + length..<start + length + rows.count
        try keys[layer].rows(place).copy(from: newKeys.rows(rows))
        try values[layer].rows(place).copy(from: newValues.rows(rows))
      }
      ranges.append(
        AttentionRange(queries: rows, keys: start..<start + length + rows.count, position: length))
    }
    return (keys[layer], values[layer], ranges)
  }

  /// Counts the tokens of a batch as held, after its last layer.
  func advance(_ batch: TokenBatch) {
    for (index, rows) in batch.sequences.enumerated() { lengths[index] += rows.count }
  }

  /// Forgets the tokens of a sequence from `length` on.
  public func truncate(sequence: Int, to length: Int) { lengths[sequence] = min(lengths[sequence], length) }
}
