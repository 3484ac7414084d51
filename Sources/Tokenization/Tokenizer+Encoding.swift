internal import Groundwork
internal import Synchronization

extension Tokenizer {
  /// The ids of a text. Added tokens in it are recognised, control tokens among them. With `addSpecial`, the
  /// post-processor's tokens (usually the one that begins a text) are put around it.
  public func encode(_ text: String, addSpecial: Bool) -> [Int] {
    var text = text
    // Each thread has a cache of its own for the time that it encodes: waiting for another's would take longer.
    var cache = caches.withLock { $0.popLast() } ?? PieceCache()
    let tokens = text.withUTF8 { encode($0, cache: &cache) }
    caches.withLock { [cache] in $0.append(cache) }
    let ids = tokens.map(Int.init)
    return addSpecial ? template.before + ids + template.after : ids
  }

  /// The ids of many texts, in their order, as `encode` gives those of each.
  public func encode(_ texts: [String], addSpecial: Bool, threads: Int) throws -> [[Int]] {
    // Several stretches for each thread, as texts differ in length; not one for each text, as many are short.
    let stretch = max(1, (texts.count + 8 * max(1, threads) - 1) / (8 * max(1, threads)))
    let starts = Array(stride(from: 0, to: texts.count, by: stretch))
    return try parallelMap(starts.indices, threads: threads) { index in
      texts[starts[index]..<min(texts.count, starts[index] + stretch)].map {
        self.encode($0, addSpecial: addSpecial)
      }
    }.flatMap { $0 }
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
          cache.encode(piece, into: &tokens, by: model)
        }
      }
    }
  }
}
