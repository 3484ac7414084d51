import Groundwork
import Tensors

/// All parameters of a model by name, in the order the model declared them.
///
/// A model is built over a set: each layer declares its parameters under their checkpoint names, and afterwards the whole
/// set is initialised from a seed or loaded by name.
public final class ParameterSet {
  public let device: Device
  /// Adapters beside the linear layers of the model, in no way part of this set.
  public let adapters: AdapterSet?
  public private(set) var parameters: [Parameter] = []
  private var positions: [String: Int] = [:]
  private let isTrainable: (String) -> Bool
  private let matrixStorage: DType
  private let storesNarrow: (String) -> Bool

  /// - Parameters:
  ///   - isTrainable: whether the parameter of this name gets gradients.
  ///   - matrixStorage: how frozen matrices are stored, embeddings among them when it is one in tiles; trained ones are
  ///     always float32.
  ///   - storesNarrow: whether the parameter of this name may be stored so; others are float32.
  ///   - adapters: an empty set, to be filled as linear layers are made.
  public init(
    on device: Device, matrixStorage: DType = .float32,
    storesNarrow: @escaping (String) -> Bool = { _ in true }, adapters: AdapterSet? = nil,
    isTrainable: @escaping (String) -> Bool = { _ in false }
  ) {
    self.device = device
    self.adapters = adapters
    self.matrixStorage = matrixStorage
    self.storesNarrow = storesNarrow
    self.isTrainable = isTrainable
  }

  public subscript(name: String) -> Parameter? { positions[name].map { parameters[$0] } }

  public var trainable: [Parameter] { parameters.filter(\.isTrainable) }

  /// The memory that all parameters take.
  public var byteCount: Int { parameters.reduce(0) { $0 + $1.tensor.byteCount } }

  /// The number of elements of all parameters.
  public var elementCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// Declares a parameter. A table is one whose rows are only gathered or multiplied by, as an embedding.
  public func declare(
    _ name: String, _ shape: [Int], _ initial: Initial, decays: Bool = false, isTable: Bool = false
  ) throws -> Parameter {
    let trainable = isTrainable(name)
    // Only what enters a matrix product may be stored narrow: kernels for the rest take float32.
    let isMatrix = shape.count == 2 && (decays || (isTable && matrixStorage.isTiled))
    let dtype = !trainable && isMatrix && storesNarrow(name) ? matrixStorage : .float32
    return try add(name, Tensor(shape, dtype, on: device, needsGradient: trainable), initial, decays)
  }

  /// Declares a tensor that is saved with the model but never gets a gradient.
  public func declareBuffer(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Parameter {
    try add(name, Tensor(shape, on: device), initial, false)
  }

  /// Sets every parameter (of those that `which` picks) to its initial value; random ones depend on the seed and their
  /// name only.
  public func initialize(seed: UInt64, where which: (Parameter) -> Bool = { _ in true }) throws {
    for parameter in parameters where which(parameter) {
      try parameter.initialize(seed: seed)
    }
  }

  private func add(_ name: String, _ tensor: Tensor, _ initial: Initial, _ decays: Bool) throws -> Parameter {
    guard positions[name] == nil else { throw LayersError.duplicateParameter(name: name) }
    let parameter = Parameter(name: name, tensor: tensor, initial: initial, decays: decays)
    positions[name] = parameters.count
    parameters.append(parameter)
    return parameter
  }
}

extension Parameter {
  /// Sets the initial value; random numbers come from the stream that the name gives under `seed`.
  func initialize(seed: UInt64) throws {
    let stream = UInt32(truncatingIfNeeded: PhiloxGenerator(seed: seed, name: name).stream)
    let values = tensor.dtype == .float32 ? tensor : try Tensor(shape, on: tensor.device)
    switch initial {
    case .zeros: try values.fill(0)
    case .ones: try values.fill(1)
    case .constant(let value): try values.fill(value)
    case .normal(let deviation):
      try values.fillNormal(mean: 0, deviation: deviation, seed: seed, step: 0, stream: stream)
    case .uniform(let bound): try values.fillUniform(-bound...bound, seed: seed, step: 0, stream: stream)
    }
    if tensor.dtype != .float32 { try tensor.convert(from: values) }
  }
}

extension Tensor {
  func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }
}
