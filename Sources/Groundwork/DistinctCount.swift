/// Counts different texts in bounded memory: exactly up to a limit, and by estimate beyond it.
///
/// The estimate is HyperLogLog (Flajolet et al. 2007) with 2^14 registers: its standard error is 0.81 %. Up to the limit the
/// digests of the texts are kept, 64 bits each, so that two different ones count as one with a chance of 3 in 10^8 at a
/// million.
public struct DistinctCount: Sendable {
  private let limit: Int
  private var digests: Set<UInt64> = []
  private var registers: [UInt8] = []

  /// `limit`: how many are counted exactly.
  public init(exactUpTo limit: Int = 1 << 20) { self.limit = limit }

  public var isExact: Bool { registers.isEmpty }

  public var count: Int { isExact ? digests.count : Self.estimate(registers) }

  public mutating func insert(_ text: String) {
    let digest = Self.digest(text)
    guard isExact else { return Self.note(digest, in: &registers) }
    digests.insert(digest)
    guard digests.count > limit else { return }
    registers = [UInt8](repeating: 0, count: 1 << Self.indexBits)
    for known in digests { Self.note(known, in: &registers) }
    digests = []
  }

  private static let indexBits = 14

  private static func note(_ digest: UInt64, in registers: inout [UInt8]) {
    let index = Int(digest >> (64 - indexBits))
    // A bit below the others ends the row of zeros.
    let rest = digest << indexBits | 1 << (indexBits - 1)
    registers[index] = max(registers[index], UInt8(rest.leadingZeroBitCount + 1))
  }

  private static func estimate(_ registers: [UInt8]) -> Int {
    let count = Double(registers.count)
    let sum = registers.reduce(0.0) { $0 + 1 / Double(1 << UInt64($1)) }
    let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
    let empty = registers.count { $0 == 0 }
    let isSmall = raw <= 2.5 * count && empty > 0
    return Int((isSmall ? count * Double.log(count / Double(empty)) : raw).rounded())
  }

  /// FNV-1a over the UTF-8 bytes, its bits mixed by the finisher of SplitMix64 (Steele et al. 2014).
  private static func digest(_ text: String) -> UInt64 {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    digest = (digest ^ digest >> 30) &* 0xBF58_476D_1CE4_E5B9
    digest = (digest ^ digest >> 27) &* 0x94D0_49BB_1331_11EB
    return digest ^ digest >> 31
  }
}
