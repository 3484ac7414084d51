import Tensors

/// How fast a device reads its memory: the ceiling for writing token by token, which reads every weight for each token.
public enum BandwidthBenchmark {
  /// Bytes a second of the best repetition: the sum of a gigabyte of float32 numbers by all threads.
  public static func read(repetitions: Int = 8, on device: Device) throws -> Double {
    let x = try Tensor([1 << 14, 1 << 14], on: device)
    try x.fill(1)
    let measurement = try Measurement(warmUp: 1, repetitions: repetitions) { _ = try x.sum() }
    return Double(x.byteCount) / measurement.least
  }
}
