/// Tokens of pieces seen before. When full it starts anew, so its memory is bounded.
struct PieceCache: Sendable {
  private struct Slot {
    var hash: UInt64 = 0
    var byteStart: Int32 = 0
    /// Zero where the slot is empty: an empty piece is never looked up.
    var byteCount: Int32 = 0
    var tokenStart: Int32 = 0
    var tokenCount: Int32 = 0
  }

  private static let slotCount = 1 << 16
  /// Longer pieces rarely come again.
  private static let pieceLimit = 128

  private var slots: [Slot] = []
  private var used = 0
  private var bytes: [UInt8] = []
  private var tokens: [Int32] = []

  /// Appends the piece's tokens, from the cache or else from `encoder`.
  mutating func encode(
    _ piece: UnsafeBufferPointer<UInt8>, into output: inout [Int32],
    by encoder: BytePairEncoder
  ) {
    guard piece.count <= Self.pieceLimit else { return encoder.encode(piece, into: &output) }
    if slots.isEmpty { slots = [Slot](repeating: Slot(), count: Self.slotCount) }
    let hash = Hash.of(piece)
    var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[index].byteCount > 0 {
      let slot = slots[index]
      if slot.hash == hash, Int(slot.byteCount) == piece.count,
        bytes[Int(slot.byteStart)..<Int(slot.byteStart + slot.byteCount)].elementsEqual(piece)
      {
        let start = Int(slot.tokenStart)
        for token in start..<start + Int(slot.tokenCount) { output.append(tokens[token]) }
        return
      }
      index = (index + 1) & (Self.slotCount - 1)
    }
    let first = output.count
    encoder.encode(piece, into: &output)
    if used >= Self.slotCount / 2 {
      self = PieceCache()
      return
    }
    slots[index] = Slot(
      hash: hash, byteStart: Int32(bytes.count), byteCount: Int32(piece.count),
      tokenStart: Int32(tokens.count),
      tokenCount: Int32(output.count - first))
    used += 1
    bytes.append(contentsOf: piece)
    tokens.append(contentsOf: output[first...])
  }
}
