import Layers
import Tensors

/// What attention keeps of the tokens seen so far, for every layer and several sequences: keys and values, or the latents
/// of multi-head latent attention.
public final class KeyValueCache {
  /// Tokens that fit, for each sequence.
  public let capacity: Int
  /// Tokens held, for each sequence.
  public private(set) var lengths: [Int]
  /// For each layer the tensors it keeps: [sequences × capacity, columns of the tensor].
  private let held: [[Tensor]]

  public init(_ configuration: TextConfiguration, sequences: Int, capacity: Int, on device: Device) throws {
    self.capacity = capacity
    lengths = Array(repeating: 0, count: sequences)
    held = try (0..<configuration.layers).map { _ in
      try configuration.cachedWidths.map { try Tensor([sequences * capacity, $0], on: device) }
    }
  }

  /// Puts the new rows of a layer, one tensor for each that it keeps, behind those held; gives all rows, and which of them
  /// each sequence attends to.
  func append(
    layer: Int, _ newRows: [Tensor], batch: TokenBatch
  ) throws -> (held: [Tensor], ranges: [AttentionRange]) {
    var ranges: [AttentionRange] = []
    for (index, rows) in batch.sequences.enumerated() {
      let length = lengths[index]
      guard length + rows.count <= capacity else {
        throw DeepSeekError.tooLong(tokens: length + rows.count, limit: capacity)
      }
      let start = index * capacity
      if !rows.isEmpty {
        let place = start + length..<start + length + rows.count
        for (tensor, new) in zip(held[layer], newRows) {
          try tensor.rows(place).copy(from: new.rows(rows))
        }
      }
      ranges.append(
        AttentionRange(queries: rows, keys: start..<start + length + rows.count, position: length))
    }
    return (held[layer], ranges)
  }

  /// Counts the tokens of a batch as held, after its last layer.
  func advance(_ batch: TokenBatch) {
    for (index, rows) in batch.sequences.enumerated() { lengths[index] += rows.count }
  }

  /// Gives a sequence the first `length` tokens of another one, in place of what it held.
  public func copy(sequence: Int, to other: Int, length: Int) throws {
    guard sequence != other, 0...lengths[sequence] ~= length else { return }
    let (source, place) = (sequence * capacity, other * capacity)
    for tensor in held.joined() {
      try tensor.rows(place..<place + length).copy(from: tensor.rows(source..<source + length))
    }
    lengths[other] = length
  }

  /// Forgets the tokens of a sequence from `length` on.
  public func truncate(sequence: Int, to length: Int) { lengths[sequence] = min(lengths[sequence], length) }
}
