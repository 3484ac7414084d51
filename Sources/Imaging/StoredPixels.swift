internal import CImaging
internal import Groundwork

/// What the decoded stored values of a file are, all frames together.
public struct StoredPixels: Equatable, Sendable {
  /// As NumPy has it: frames first when there are several, then rows, columns, and samples when there are several.
  public let shape: [Int]
  /// As NumPy names it: "|u1", "|i1", "<u2", "<i2", "<u4" or "<i4".
  public let dataType: String
  /// SHA-256 of the little-endian values in that order.
  public let sha256: String
  public let minimum: Int
  public let maximum: Int
  public let mean: Double

  /// Decodes every frame, one at a time.
  public init(_ file: DICOMFile, pixelLimit: Int = DICOMFile.pixelLimit) throws(ImagingError) {
    let shape = try file.pixelShape(pixelLimit: pixelLimit)
    var tally = Tally(sampleBytes: shape.sampleBytes, isSigned: shape.isSigned)
    for frame in 0..<shape.frames {
      let bytes = try file.storedFrame(frame, pixelLimit: pixelLimit)
      bytes.withUnsafeBytes { tally.add($0) }
    }
    self.init(
      shape: (shape.frames > 1 ? [shape.frames] : []) + [shape.rows, shape.columns]
        + (shape.samplesPerPixel > 1 ? [shape.samplesPerPixel] : []), tally)
  }

  /// The grey samples of a PNG or JPEG.
  init(_ picture: Picture) {
    let isWide = picture.header.maximum > 255
    var tally = Tally(sampleBytes: isWide ? 2 : 1, isSigned: false)
    if isWide {
      picture.samples.withUnsafeBytes { tally.add($0) }
    } else {
      picture.samples.map { UInt8($0) }.withUnsafeBytes { tally.add($0) }
    }
    self.init(shape: [picture.height, picture.width], tally)
  }

  private init(shape: [Int], _ tally: Tally) {
    self.shape = shape
    dataType = (tally.sampleBytes == 1 ? "|" : "<") + (tally.isSigned ? "i" : "u") + String(tally.sampleBytes)
    let summary = tally.summary()
    sha256 = tally.digest.finishHexadecimal()
    minimum = summary.minimum
    maximum = summary.maximum
    mean = summary.mean
  }
}

/// Digest, extremes and sum over the frames.
private struct Tally {
  let sampleBytes: Int
  let isSigned: Bool
  let digest = SHA256()
  private var histogram: Histogram
  private var count = 0
  private var sum = 0.0
  private var minimum = Int.max
  private var maximum = Int.min

  init(sampleBytes: Int, isSigned: Bool) {
    self.sampleBytes = sampleBytes
    self.isSigned = isSigned
    histogram = Histogram(sampleBytes: min(sampleBytes, 2))
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    digest.update(bytes)
    guard sampleBytes == 4 else { return histogram.add(bytes) }
    for sample in bytes.bindMemory(to: UInt32.self) { include(value(sample, bits: 32), count: 1) }
  }

  private func value(_ pattern: UInt32, bits: Int) -> Int {
    isSigned && pattern >> UInt32(bits - 1) & 1 == 1 ? Int(pattern) - (1 << bits) : Int(pattern)
  }

  private mutating func include(_ value: Int, count number: Int) {
    count += number
    sum += Double(value) * Double(number)
    minimum = min(minimum, value)
    maximum = max(maximum, value)
  }

  func summary() -> (minimum: Int, maximum: Int, mean: Double) {
    var whole = self
    if sampleBytes < 4 {
      for (pattern, number) in histogram.counts.enumerated() where number > 0 {
        whole.include(value(UInt32(pattern), bits: sampleBytes * 8), count: Int(number))
      }
    }
    return whole.count == 0 ? (0, 0, 0) : (whole.minimum, whole.maximum, whole.sum / Double(whole.count))
  }
}
