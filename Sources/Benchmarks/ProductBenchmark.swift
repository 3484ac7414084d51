import Tensors

/// The rate of float32 matrix products on a device: the ceiling that other rates are a share of.
public struct ProductBenchmark: Sendable {
  /// x [rows, depth] by a weight [columns, depth].
  public struct Shape: Sendable, Equatable {
    public let rows: Int
    public let depth: Int
    public let columns: Int

    public init(rows: Int, depth: Int, columns: Int) {
      self.rows = rows
      self.depth = depth
      self.columns = columns
    }

    /// A multiply-add counts as two.
    var operations: Double { 2 * Double(rows) * Double(depth) * Double(columns) }
  }

  /// The shape whose rate is called the device's: 2048 × 2048 × 2048.
  public static let square = Shape(rows: 2048, depth: 2048, columns: 2048)

  /// Operations per second, of the best repetition: what the device can do, not what it did among other work.
  public static func rate(_ shape: Shape = square, repetitions: Int = 6, on device: Device) throws -> Double {
    let x = try Tensor([shape.rows, shape.depth], on: device)
    let weight = try Tensor([shape.columns, shape.depth], on: device)
    try x.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 0)
    try weight.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 1)
    let tape = Tape(inference: device)
    let measurement = try Measurement(warmUp: 1, repetitions: repetitions) {
      _ = try tape.linear(x, weight)
      try device.synchronize()
    }
    return shape.operations / measurement.least
  }
}
