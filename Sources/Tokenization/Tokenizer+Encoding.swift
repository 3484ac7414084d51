internal import Synchronization

extension Tokenizer {
  /// The ids of a text. Added tokens in it are recognised, control tokens among them. With `addSpecial`, the
  /// post-processor's tokens (usually the one that begins a text) are put around it.
  public func encode(_ text: String, addSpecial: Bool) -> [Int] {
    var text = text
    let tokens = text.withUTF8 { bytes in
      // Whoever finds the cache in use goes on with one of his own: waiting would take longer.
      cache.withLockIfAvailable { encode(bytes, cache: &$0) }
        ?? {
          var own = PieceCache()
          return encode(bytes, cache: &own)
        }()
    }
    let ids = tokens.map(Int.init)
    return addSpecial ? template.before + ids + template.after : ids
  }

  private func encode(_ text: UnsafeBufferPointer<UInt8>, cache: inout PieceCache) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(text.count / 3 + 4)
    let space = Pattern.Space()
    for segment in rawFinder.segments(of: text) {
      switch segment {
      case .token(let id): tokens.append(Int32(id))
      case .text(let range):
        let part = UnsafeBufferPointer(rebasing: text[range])
        if let normalized = normalizer.normalize(part) {
          normalized.withUnsafeBufferPointer { encodeNormalized($0, space, &cache, &tokens) }
        } else {
          encodeNormalized(part, space, &cache, &tokens)
        }
      }
    }
    return tokens
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, _ space: Pattern.Space, _ cache: inout PieceCache,
    _ tokens: inout [Int32]
  ) {
    for segment in normalizedFinder.segments(of: text) {
      switch segment {
      case .token(let id): tokens.append(Int32(id))
      case .text(let range):
        preTokenizer.forEachPiece(of: UnsafeBufferPointer(rebasing: text[range]), space: space) { piece in
          cache.encode(piece, into: &tokens, by: model.encode)
        }
      }
    }
  }
}
