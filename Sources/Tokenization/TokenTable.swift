/// The text of each token by id, and the id by text. Texts are compared byte for byte, unlike Swift strings, to which
/// composed and decomposed letters are equal.
struct TokenTable: Sendable {
  /// Ids above this are taken for damage rather than for a vocabulary.
  static let idLimit = 1 << 24

  private var texts: [UInt8] = []
  private var starts: [UInt32] = []
  /// Bytes of each text; -1 where the vocabulary has no such id.
  private var lengths: [Int32] = []
  /// Ids by hash of their text, with linear probing; -1 where empty. Its size is a power of two.
  private var slots: [Int32]
  private var used = 0

  init(capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    starts.reserveCapacity(capacity)
    lengths.reserveCapacity(capacity)
    texts.reserveCapacity(capacity * 8)
  }

  /// One more than the highest id.
  var idEnd: Int { lengths.count }

  enum Conflict: Error { case idTaken, textTaken, idOutOfRange }

  mutating func insert(_ text: UnsafeBufferPointer<UInt8>, id: Int) throws(Conflict) {
    guard id >= 0, id < Self.idLimit else { throw .idOutOfRange }
    if id >= lengths.count {
      starts.append(contentsOf: repeatElement(0, count: id + 1 - lengths.count))
      lengths.append(contentsOf: repeatElement(-1, count: id + 1 - lengths.count))
    }
    guard lengths[id] < 0 else { throw .idTaken }
    if (used + 1) * 2 > slots.count { grow() }
    let slot = slot(of: text)
    guard slots[slot] < 0 else { throw .textTaken }
    slots[slot] = Int32(id)
    used += 1
    starts[id] = UInt32(texts.count)
    lengths[id] = Int32(text.count)
    texts.append(contentsOf: text)
  }

  func id(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    let id = slots[slot(of: text)]
    return id < 0 ? nil : Int(id)
  }

  func id(of text: [UInt8]) -> Int? { text.withUnsafeBufferPointer { id(of: $0) } }

  /// The text of a token; nil where the vocabulary has no such id.
  func text(of id: Int) -> ArraySlice<UInt8>? {
    guard id >= 0, id < lengths.count, lengths[id] >= 0 else { return nil }
    let start = Int(starts[id])
    return texts[start..<start + Int(lengths[id])]
  }

  /// The slot that holds the text, or the empty one where it would go.
  private func slot(of text: UnsafeBufferPointer<UInt8>) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: Hash.of(text)) & mask
    while slots[slot] >= 0, !matches(Int(slots[slot]), text) { slot = (slot + 1) & mask }
    return slot
  }

  private func matches(_ id: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Int(lengths[id]) == text.count else { return false }
    let start = Int(starts[id])
    for index in 0..<text.count where texts[start + index] != text[index] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for id in lengths.indices where lengths[id] >= 0 {
      let start = Int(starts[id])
      let hash = texts[start..<start + Int(lengths[id])].withUnsafeBufferPointer { Hash.of($0) }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(id)
    }
  }
}

/// A quick hash of short byte strings, for tables inside this room.
enum Hash {
  static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: bytes.count)
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index + 8 <= raw.count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < raw.count {
      rest = rest << 8 | UInt64(raw[index])
      index += 1
    }
    return mix(hash ^ rest)
  }

  /// Spreads every bit of a word over all (the two halves of a 128-bit product).
  static func mix(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
