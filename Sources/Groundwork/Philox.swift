internal import Glibc

/// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// The numbers are a pure function of seed, stream and counter, so any of them can be drawn again at any time.
public enum Philox {
  /// Four random words for a counter of four words and a key of two.
  public static func block(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      let first = UInt64(counter[0]) * 0xD251_1F53
      let second = UInt64(counter[2]) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }
}

/// A stream of random numbers with a place that can be saved: draws number `position` of stream `stream` under `seed`.
public struct PhiloxGenerator: RandomNumberGenerator, Sendable {
  public let seed: UInt64
  public let stream: UInt64
  /// How many 64-bit numbers have been drawn.
  public var position: UInt64 = 0

  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// A stream named by a text, such as the id of a record, so that a draw does not depend on the order of records.
  public init(seed: UInt64, name: String) {
    // FNV-1a, 64 bits: stable across runs, unlike Swift's Hasher.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.init(seed: seed, stream: hash)
  }

  public mutating func next() -> UInt64 {
    let index = position / 2
    let block = Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    let second = position % 2 == 1
    position += 1
    return second
      ? UInt64(block[2]) | UInt64(block[3]) << 32
      : UInt64(block[0]) | UInt64(block[1]) << 32
  }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Standard normal (Box & Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
