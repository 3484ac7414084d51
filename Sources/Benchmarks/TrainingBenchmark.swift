import DeepSeek
import Fusion
import Groundwork
import Layers
import Tensors

/// A whole step of training on random tokens and pixels: forward, backward, clipping, AdamW.
public final class TrainingBenchmark {
  /// Seconds in the parts of a step.
  public struct Parts: Sendable {
    public var forward = 0.0
    public var loss = 0.0
    public var backward = 0.0
    public var optimizer = 0.0
  }

  public struct Result: Sendable {
    public let work: TrainingWork
    public let parameters: Int
    public let tokens: Int
    public let images: Int
    /// Counted by formula; see `TrainingWork`.
    public let operations: Double
    public let steps: Measurement
    /// Parts of the median step.
    public let parts: Parts
    public let losses: [Double]
    /// The most memory the process had resident while this was done; nil where the kernel does not tell.
    public var peakResidentBytes: Int?

    public var tokensPerSecond: Double { Double(tokens) / steps.median }
    /// Operations per second of the median step.
    public var rate: Double { operations / steps.median }
  }

  private let work: TrainingWork
  private let device: Device
  private let model: JointModel
  private let batch: StudyBatch
  private let targets: Tensor
  private let factors: Tensor
  private let moments: [(parameter: Parameter, mean: Tensor, square: Tensor)]
  private var stepsDone = 0

  public init(_ work: TrainingWork, on device: Device) throws {
    self.work = work
    self.device = device
    let parameters = ParameterSet(on: device, isTrainable: { _ in true })
    model = try JointModel(work.configuration(), in: parameters)
    try parameters.initialize(seed: 1)
    var random = PhiloxGenerator(seed: 1)
    let vocabulary = model.configuration.text.vocabularySize
    let sequences = (0..<TrainingWork.sequences).map { _ in
      (0..<TrainingWork.length).map { _ in Int.random(in: 0..<vocabulary, using: &random) }
    }
    var pixels: Tensor?
    if work == .joint {
      let size = TrainingWork.imageSize
      let images = try Tensor([work.images, 3, size, size], on: device)
      try images.fillNormal(mean: 0, deviation: 1, seed: 1, step: 0, stream: 0)
      pixels = images
    }
    batch = try StudyBatch(
      tokens: sequences, promptLengths: sequences.map { _ in 0 }, pixels: pixels,
      imageCounts: sequences.map { _ in pixels == nil ? 0 : 1 },
      views: Array(repeating: .frontal, count: work.images))
    targets = try Tensor(
      indices: sequences.flatMap { $0.dropFirst().map(Int32.init) + [-100] }, on: device)
    let predicted = TrainingWork.sequences * (TrainingWork.length - 1)
    factors = try Tensor(
      [Float](repeating: 1 / Float(predicted), count: work.tokens), [work.tokens], on: device)
    moments = try parameters.trainable.map {
      ($0, try Tensor.zeros($0.shape, on: device), try Tensor.zeros($0.shape, on: device))
    }
  }

  /// - Parameter onStep: told after each step, measured or not, how many are done.
  public func run(warmUp: Int, steps: Int, onStep: (Int) -> Void = { _ in }) throws -> Result {
    var seconds: [Double] = []
    var parts: [Parts] = []
    var losses: [Double] = []
    for index in 0..<warmUp + max(1, steps) {
      let start = monotonicSeconds()
      let (loss, stepParts) = try step()
      losses.append(loss)
      if index >= warmUp {
        seconds.append(monotonicSeconds() - start)
        parts.append(stepParts)
      }
      onStep(index + 1)
    }
    let measurement = Measurement(seconds: seconds)
    let nearest = seconds.indices.min {
      abs(seconds[$0] - measurement.median) < abs(seconds[$1] - measurement.median)
    }
    return Result(
      work: work, parameters: model.parameters.elementCount, tokens: work.tokens, images: work.images,
      operations: try work.operations(), steps: measurement, parts: nearest.map { parts[$0] } ?? Parts(),
      losses: losses, peakResidentBytes: MemoryUse.now()?.peak)
  }

  private func step() throws -> (loss: Double, Parts) {
    stepsDone += 1
    var parts = Parts()
    var last = monotonicSeconds()
    func lap() throws -> Double {
      try device.synchronize()
      let now = monotonicSeconds()
      defer { last = now }
      return now - last
    }
    let tape = Tape(training: device, random: Tape.RandomKey(seed: 1, step: UInt32(stepsDone)))
    // The output is let go before the way back, so that activations can be.
    let hidden = try model(batch, tape).hidden
    parts.forward = try lap()
    let losses = try tape.linearCrossEntropy(
      hidden, weight: model.text.outputWeight, targets: targets, factors: factors
    ).losses
    parts.loss = try lap()
    try tape.backward()
    parts.backward = try lap()
    try optimize()
    let predicted = Double(TrainingWork.sequences * (TrainingWork.length - 1))
    let loss = Double(try losses.sum()) / predicted
    parts.optimizer = try lap()
    return (loss, parts)
  }

  private func optimize() throws {
    let norm = try Tensor.gradientNorm(of: moments.map(\.parameter.tensor), on: device)
    for (parameter, mean, square) in moments {
      try parameter.tensor.adamW(
        mean: mean, square: square, rate: 1e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
        decay: parameter.decays ? 0.1 : 0, step: stepsDone, gradientScale: norm > 1 ? Float(1 / norm) : 1)
      parameter.tensor.clearGradient()
    }
  }
}
