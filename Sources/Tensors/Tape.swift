internal import CKernels

/// Computes, and remembers how to go back.
///
/// Operations are methods of the tape (one file per family). On a recording tape each adds a node with a hand-written
/// backward step; `backward` runs the nodes in reverse, adds gradients into the tensors that need them, and lets go of
/// every activation as soon as it is no longer needed. Used once: forward, then backward.
public final class Tape {
  public let device: Device
  /// Whether gradients are wanted.
  public let isRecording: Bool
  /// Whether dropout drops and batch normalisation takes its statistics from the batch.
  public let isTraining: Bool

  private var nodes: [Node] = []
  private let random: RandomKey
  private var nextStream: UInt32

  /// A step back. It holds the gradient of what was computed, and of the values only those that the step reads.
  private struct Node {
    let gradient: Gradient
    let backward: (UnsafeMutablePointer<Float>) throws -> Void
  }

  /// What names the random numbers of one step: the same key draws the same numbers again.
  public struct RandomKey: Sendable {
    public let seed: UInt64
    public let step: UInt32

    public init(seed: UInt64, step: UInt32) {
      self.seed = seed
      self.step = step
    }
  }

  /// A tape for training: records, and draws its random numbers from `random`.
  public convenience init(training device: Device, random: RandomKey) {
    self.init(device: device, isRecording: true, isTraining: true, random: random, firstStream: 0)
  }

  /// A tape for using a model: nothing dropped; records only if gradients are asked for.
  public convenience init(inference device: Device, recording: Bool = false) {
    self.init(
      device: device, isRecording: recording, isTraining: false, random: RandomKey(seed: 0, step: 0),
      firstStream: 0)
  }

  private init(device: Device, isRecording: Bool, isTraining: Bool, random: RandomKey, firstStream: UInt32) {
    self.device = device
    self.isRecording = isRecording
    self.isTraining = isTraining
    self.random = random
    nextStream = firstStream
  }

  /// Runs everything recorded, last first. Losses (see `linearCrossEntropy` and its kin) are where gradients start.
  public func backward() throws {
    while let node = nodes.popLast() {
      if let arrived = node.gradient.arrived { try node.backward(arrived) }
      node.gradient.drop()
    }
  }

  /// Starts the backward pass from a tensor whose gradient is known.
  public func backward(from output: Tensor, gradient: Tensor) throws {
    try requireSameShape(output, gradient, "backward")
    try output.gradient.receive(gradient.leadingStorage())
    try backward()
  }

  /// Computes `body` without keeping its activations, and computes it again on the way back: less memory, more time
  /// (Chen et al. 2016, "Training deep nets with sublinear memory cost"). `body` must depend on nothing but its
  /// tensor and on parameters; its random numbers are the same both times.
  public func recomputing(_ input: Tensor, _ body: @escaping (Tape, Tensor) throws -> Tensor) throws -> Tensor
  {
    guard isRecording else { return try body(self, input) }
    let firstStream = nextStream
    let forward = Tape(
      device: device, isRecording: false, isTraining: isTraining, random: random, firstStream: firstStream)
    let computed = try body(forward, input)
    nextStream = forward.nextStream
    // The result of a tape that does not record takes no gradient; this copy of the reference does.
    let output = try result(computed.shape, from: [input], always: true)
    try copy(computed, to: output)
    let arrived = output.gradient
    record(output) { [device, isTraining, random] _ in
      let again = Tape(
        device: device, isRecording: true, isTraining: isTraining, random: random, firstStream: firstStream)
      let place = try body(again, input).gradient
      if let finished = arrived.whole?.arrivedStorage { try place.receive(finished) }
      arrived.whole?.drop()
      try again.backward()
    }
    return output
  }

  // MARK: For operations

  /// A float32 tensor for the result of an operation on `inputs`.
  func result(_ shape: [Int], from inputs: [Tensor], always: Bool = false) throws -> Tensor {
    let needsGradient = isRecording && (always || inputs.contains { $0.needsGradient })
    return try Tensor(shape, on: device, needsGradient: needsGradient)
  }

  /// Remembers how gradients go from `output` back to what it was made from. `backward` is given the gradient of the
  /// output, which it must not change; what it captures stays in memory until it has run.
  func record(_ output: Tensor, _ backward: @escaping (UnsafeMutablePointer<Float>) throws -> Void) {
    if let gradient = output.gradient.whole { nodes.append(Node(gradient: gradient, backward: backward)) }
  }

  /// Remembers that the gradient of `output` is also that of `inputs`, of the same shape: each receives it as it is.
  func recordPassing(_ output: Tensor, to inputs: [Tensor]) {
    guard let whole = output.gradient.whole else { return }
    record(output) { [places = inputs.map(\.gradient)] _ in
      guard let finished = whole.arrivedStorage else { return }
      for place in places { try place.receive(finished) }
    }
  }

  /// A fresh stream of random numbers for one operation.
  func drawStream() -> lb_random {
    defer { nextStream += 1 }
    return lb_random(seed: random.seed, step: random.step, stream: nextStream)
  }

  func copy(_ source: Tensor, to destination: Tensor) throws {
    try device.run("copy") {
      $0.copy?($1, destination.memory, source.memory, source.count * source.dtype.size)
    }
  }

  func requireSameShape(_ first: Tensor, _ second: Tensor, _ operation: String) throws {
    guard first.shape == second.shape else {
      throw TensorsError.shape(operation: operation, reason: "\(first.shape) and \(second.shape) differ")
    }
  }

  func require(_ condition: Bool, _ operation: String, _ reason: @autoclosure () -> String) throws {
    guard condition else { throw TensorsError.shape(operation: operation, reason: reason()) }
  }
}
