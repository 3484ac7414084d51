internal import CImaging

/// How often each bit pattern of samples of up to 16 bits occurs.
struct Histogram {
  private(set) var counts: [UInt64]

  /// - Parameter sampleBytes: 1 or 2.
  init(sampleBytes: Int) { counts = [UInt64](repeating: 0, count: sampleBytes == 1 ? 256 : 65536) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    if counts.count == 256 {
      imaging_count_8(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &counts)
    } else {
      imaging_count_16(bytes.bindMemory(to: UInt16.self).baseAddress, bytes.count / 2, &counts)
    }
  }

  /// The values, given by `value` for each pattern (nil leaves it out), below which `low` and `high` of the samples lie.
  func percentiles(low: Double, high: Double, value: (Int) -> Double?) -> (low: Double, high: Double)? {
    var entries: [(value: Double, count: UInt64)] = []
    for (pattern, count) in counts.enumerated() where count > 0 {
      if let value = value(pattern) { entries.append((value, count)) }
    }
    entries.sort { $0.value < $1.value }
    guard let first = entries.first, let last = entries.last else { return nil }
    let total = Double(entries.reduce(0) { $0 + $1.count })
    var seen: UInt64 = 0
    var found: (low: Double?, high: Double?) = (nil, nil)
    for entry in entries {
      seen += entry.count
      if found.low == nil, Double(seen) >= low * total { found.low = entry.value }
      if found.high == nil, Double(seen) >= high * total { found.high = entry.value }
    }
    return (found.low ?? first.value, found.high ?? last.value)
  }
}
