import Tensors

/// The main kernels one by one, at the sizes of the training benchmark, against a plain copy and the rate of products.
public struct KernelBenchmark {
  public struct Result: Sendable {
    public let name: String
    public let shape: String
    /// Multiply-adds count as two; 0 for kernels that only move memory.
    public let operations: Double
    /// What must at least be read and written.
    public let bytes: Double
    public let measurement: Measurement

    /// Of the median repetition, in operations and bytes a second.
    public var rate: Double { operations / measurement.median }
    public var bandwidth: Double { bytes / measurement.median }
  }

  private let device: Device
  private let repetitions: Int
  private let onKernel: () -> Void

  /// How many results there will be.
  public static let kernels = 23

  /// - Parameter onKernel: called as each kernel is done.
  public init(repetitions: Int, on device: Device, onKernel: @escaping () -> Void = {}) {
    self.device = device
    self.repetitions = repetitions
    self.onKernel = onKernel
  }

  public func run() throws -> [Result] {
    try movement() + normalisation() + losses() + attention() + products()
  }

  // MARK: Kernels bound by memory

  private func movement() throws -> [Result] {
    let (rows, size, hidden) = (2048, 512, 1376)
    let large = try random([4096, 4096])
    let copy = try Tensor([4096, 4096], on: device)
    let x = try random([rows, size])
    let y = try random([rows, size])
    let gate = try random([rows, hidden])
    let up = try random([rows, hidden])
    let (state, mean, square) = (
      try random([4096, 4096]), try zeros([4096, 4096]), try zeros([4096, 4096])
    )
    let given = Tape(inference: device, recording: true)
    try given.backward(from: given.scale(state, by: 1), gradient: large)
    let tape = Tape(inference: device)
    return [
      try measure("copy", "4096×4096", moving: 2 * large.count) { try copy.copy(from: large) },
      try measure("add", "\(rows)×\(size)", moving: 3 * x.count) { _ = try tape.add(x, y) },
      try measure("gated", "\(rows)×\(hidden)", moving: 3 * gate.count) {
        _ = try tape.gated(gate, up, .silu)
      },
      try measureBack("gated backward", "\(rows)×\(hidden)", moving: 5 * gate.count) {
        try $0.gated(gate, up, .silu)
      },
      try measure("adamw", "4096×4096", moving: 7 * state.count) {
        try state.adamW(
          mean: mean, square: square, rate: 1e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1, step: 1,
          gradientScale: 1)
      },
    ]
  }

  private func normalisation() throws -> [Result] {
    let (rows, size) = (2048, 512)
    let x = try random([rows, size])
    let weight = try random([size])
    let bias = try random([size])
    let positions = try Tensor(indices: (0..<rows).map { Int32($0 % 512) }, on: device)
    let frequencies = try random([32], needsGradient: false)
    let tape = Tape(inference: device)
    let shape = "\(rows)×\(size)"
    return [
      try measure("rms norm", shape, moving: 2 * x.count) {
        _ = try tape.rmsNorm(x, weight: weight, epsilon: 1e-6)
      },
      try measureBack("rms norm backward", shape, moving: 3 * x.count) {
        try $0.rmsNorm(x, weight: weight, epsilon: 1e-6)
      },
      try measure("layer norm", shape, moving: 2 * x.count) {
        _ = try tape.layerNorm(x, weight: weight, bias: bias, epsilon: 1e-6)
      },
      try measureBack("layer norm backward", shape, moving: 3 * x.count) {
        try $0.layerNorm(x, weight: weight, bias: bias, epsilon: 1e-6)
      },
      try measure("rotary", shape, moving: 2 * x.count) {
        _ = try tape.rotary(x, heads: 8, positions: positions, frequencies: frequencies, interleaved: false)
      },
    ]
  }

  private func losses() throws -> [Result] {
    let (rows, classes, size) = (512, 32000, 512)
    let hidden = try random([rows, size])
    let weight = try random([classes, size])
    let targets = try Tensor(indices: (0..<rows).map { Int32($0 * 7 % classes) }, on: device)
    let factors = try Tensor([Float](repeating: 1 / Float(rows), count: rows), [rows], on: device)
    return [
      finish(
        "cross-entropy", "\(rows)×\(classes)", 0, 2 * rows * classes,
        // New logits each time, because those that keep an old gradient's memory take the new one as a copy.
        try Measurement(warmUp: 2, repetitions: repetitions, prepare: { try random([rows, classes]) }) {
          let tape = Tape(inference: device, recording: true)
          _ = try tape.crossEntropy($0, targets: targets, factors: factors)
          try device.synchronize()
        }),
      try measure(
        "linear and cross-entropy", "\(rows)×\(size)×\(classes)", computing: 6 * rows * size * classes,
        moving: 2 * weight.count
      ) {
        let tape = Tape(inference: device, recording: true)
        _ = try tape.linearCrossEntropy(hidden, weight: weight, targets: targets, factors: factors)
        hidden.clearGradient()
        weight.clearGradient()
      },
    ]
  }

  // MARK: Kernels bound by arithmetic

  private func attention() throws -> [Result] {
    let (sequences, length, heads, size) = (4, 512, 8, 64)
    let width = heads * size
    let ranges = (0..<sequences).map { sequence -> AttentionRange in
      let rows = sequence * length..<(sequence + 1) * length
      return AttentionRange(queries: rows, keys: rows)
    }
    let shape = AttentionShape(queryHeads: heads, keyHeads: heads, headSize: size, isCausal: true)
    let parts = try (0..<3).map { _ in try random([sequences * length, width]) }
    let seen = sequences * length * (length + 1) / 2
    let tape = Tape(inference: device)
    let name = "\(sequences)×\(length), \(heads) heads of \(size)"
    return [
      try measure("causal attention", name, computing: 4 * seen * width, moving: 4 * parts[0].count) {
        _ = try tape.attention(parts[0], parts[1], parts[2], shape, ranges)
      },
      try measureBack(
        "causal attention backward", name, computing: 8 * seen * width, moving: 8 * parts[0].count
      ) { try $0.attention(parts[0], parts[1], parts[2], shape, ranges) },
    ]
  }

  private func products() throws -> [Result] {
    let shapes: [ProductBenchmark.Shape] = [
      ProductBenchmark.square, .init(rows: 2048, depth: 512, columns: 512),
      .init(rows: 2048, depth: 512, columns: 1376),
      .init(rows: 2048, depth: 1376, columns: 512), .init(rows: 784, depth: 384, columns: 384),
      .init(rows: 784, depth: 384, columns: 1536), .init(rows: 256, depth: 512, columns: 32000),
      .init(rows: 8, depth: 2048, columns: 2048), .init(rows: 1, depth: 2048, columns: 2048),
    ]
    return try shapes.map { shape in
      let x = try random([shape.rows, shape.depth])
      let weight = try random([shape.columns, shape.depth])
      let tape = Tape(inference: device)
      return try measure(
        "product", "\(shape.rows)×\(shape.depth)×\(shape.columns)",
        computing: 2 * shape.rows * shape.depth * shape.columns,
        moving: x.count + weight.count + shape.rows * shape.columns
      ) { _ = try tape.linear(x, weight) }
    }
  }

  // MARK: Measuring

  private func measure(
    _ name: String, _ shape: String, computing operations: Int = 0, moving floats: Int,
    _ work: () throws -> Void
  ) throws -> Result {
    finish(
      name, shape, operations, floats,
      try Measurement(warmUp: 2, repetitions: repetitions) {
        try work()
        try device.synchronize()
      })
  }

  /// Measures the way back alone.
  private func measureBack(
    _ name: String, _ shape: String, computing operations: Int = 0, moving floats: Int,
    _ forward: (Tape) throws -> Tensor
  ) throws -> Result {
    let measurement = try Measurement(warmUp: 2, repetitions: repetitions) {
      let tape = Tape(inference: device, recording: true)
      let output = try forward(tape)
      return (tape, output, try random(output.shape))
    } _: { tape, output, gradient in
      try tape.backward(from: output, gradient: gradient)
      try device.synchronize()
    }
    return finish(name, shape, operations, floats, measurement)
  }

  private func finish(
    _ name: String, _ shape: String, _ operations: Int, _ floats: Int, _ measurement: Measurement
  ) -> Result {
    onKernel()
    return Result(
      name: name, shape: shape, operations: Double(operations), bytes: 4 * Double(floats),
      measurement: measurement)
  }

  private func random(_ shape: [Int], needsGradient: Bool = true) throws -> Tensor {
    let tensor = try Tensor(shape, on: device, needsGradient: needsGradient)
    try tensor.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 0)
    return tensor
  }

  private func zeros(_ shape: [Int]) throws -> Tensor { try Tensor.zeros(shape, on: device) }
}
