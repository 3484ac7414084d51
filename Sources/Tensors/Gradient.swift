internal import CKernels

/// Where the gradient of a tensor gathers. It stands apart from the tensor, so that an operation can hold the gradient's
/// place while the values, which it no longer needs, are given back.
final class Gradient {
  let count: Int
  private let device: Device
  /// May be shared with another gradient of the same values until one of the two changes.
  private var storage: Storage?
  /// Whether the memory holds a gradient, to which more is added, or old values to overwrite.
  private(set) var hasArrived = false

  init(count: Int, on device: Device) {
    self.count = count
    self.device = device
  }

  /// The gradient that has arrived; nil when none has.
  var arrived: UnsafeMutablePointer<Float>? {
    hasArrived ? storage?.memory.assumingMemoryBound(to: Float.self) : nil
  }

  /// The memory of what has arrived, for others to share; it is not to be changed.
  var arrivedStorage: Storage? { hasArrived ? storage : nil }

  /// Where a kernel puts the gradient: it overwrites the first time and adds later. After the call that receives it the
  /// gradient counts as present.
  func target() throws -> lb_gradient {
    let accumulate = hasArrived
    let memory = try ownMemory()
    hasArrived = true
    return lb_gradient(data: memory, accumulate: accumulate)
  }

  /// The memory for kernels that only add: set to zero the first time.
  func added() throws -> UnsafeMutablePointer<Float> {
    let memory = try ownMemory()
    if !hasArrived {
      let bytes = count * MemoryLayout<Float>.size
      try device.run("fill_zero") { $0.fill_zero?($1, memory, bytes) }
      hasArrived = true
    }
    return memory
  }

  /// Takes finished memory of as many elements as the gradient when there is none yet, saving a copy; adds it otherwise.
  func receive(_ finished: Storage) throws {
    if storage == nil {
      storage = finished
      hasArrived = true
      return
    }
    let target = try target()
    let source = finished.memory.assumingMemoryBound(to: Float.self)
    try device.run("scale") { $0.scale?($1, source, 1, target, Int64(count)) }
  }

  /// Forgets the gradient but keeps its memory for the next one.
  func clear() { hasArrived = false }

  /// Forgets the gradient and gives its memory back.
  func drop() {
    hasArrived = false
    storage = nil
  }

  /// Memory that no other gradient shares, with what has arrived in it.
  private func ownMemory() throws -> UnsafeMutablePointer<Float> {
    if isKnownUniquelyReferenced(&storage), let storage {
      return storage.memory.assumingMemoryBound(to: Float.self)
    }
    let bytes = try Tensor.bytes(of: [count], .float32)
    let own = try Storage(bytes: bytes, on: device, for: "gradient")
    if hasArrived, let shared = storage {
      try device.run("copy") { $0.copy?($1, own.memory, shared.memory, bytes) }
    }
    storage = own
    return own.memory.assumingMemoryBound(to: Float.self)
  }
}

/// The place of one tensor's gradient: a whole gradient, the part of it that belongs to a view, or nothing for a tensor
/// that takes none.
struct GradientPlace {
  let whole: Gradient?
  /// Where the part starts, in elements.
  let start: Int
  let count: Int

  var isWanted: Bool { whole != nil }

  private var isWhole: Bool { whole.map { $0.count == count } ?? false }

  var arrived: UnsafeMutablePointer<Float>? { whole?.arrived?.advanced(by: start) }

  /// See `Gradient.target`; its data is NULL when no gradient is wanted.
  func target() throws -> lb_gradient {
    guard let whole else { return lb_gradient(data: nil, accumulate: false) }
    return isWhole
      ? try whole.target() : lb_gradient(data: try whole.added().advanced(by: start), accumulate: true)
  }

  /// See `Gradient.added`; nil when no gradient is wanted.
  func added() throws -> UnsafeMutablePointer<Float>? { try whole?.added().advanced(by: start) }

  /// Adds a finished gradient of as many elements; without a copy where it is the first.
  func receive(_ finished: Storage) throws {
    guard let whole else { return }
    if isWhole { return try whole.receive(finished) }
    let target = try target()
    let source = finished.memory.assumingMemoryBound(to: Float.self)
    try finished.device.run("scale") { $0.scale?($1, source, 1, target, Int64(count)) }
  }
}
