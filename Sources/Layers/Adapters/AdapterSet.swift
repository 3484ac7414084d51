import Tensors

/// The adapters of a model: made as its linear layers are, with parameters of their own under PEFT's names, so that the
/// model's own parameters are saved and loaded as if there were none.
public final class AdapterSet {
  public let configuration: AdapterConfiguration
  public let parameters: ParameterSet
  public private(set) var adapters: [LinearAdapter] = []

  /// - Parameter isTrainable: whether the adapters get gradients.
  public init(_ configuration: AdapterConfiguration, on device: Device, isTrainable: Bool = false) {
    self.configuration = configuration
    parameters = ParameterSet(on: device, isTrainable: { _ in isTrainable })
  }

  /// The adapter of a linear layer; nil when the layer is none of the targets.
  func adapter(of name: String, weight: Parameter) throws -> LinearAdapter? {
    guard configuration.includes(name) else { return nil }
    let adapter = try LinearAdapter(name, weight, configuration, in: parameters)
    adapters.append(adapter)
    return adapter
  }

  /// The targets that name none of the model's linear layers.
  public var unmetTargets: [String] {
    configuration.targets.filter { target in
      !adapters.contains { AdapterConfiguration.target(target, matches: $0.name) }
    }
  }

  /// Starts new adapters, which change nothing yet: A random, B zero, magnitudes those of the layers' weights, which must
  /// be loaded or initialised before.
  public func initialize(seed: UInt64) throws {
    try parameters.initialize(seed: seed)
    for adapter in adapters { try adapter.takeMagnitudes() }
  }

  /// Whether every adapter is in its layer's weight.
  public var isMerged: Bool { adapters.allSatisfy(\.isMerged) }

  /// Adds the adapters into the weights, which must be float32, and takes them out of the way of the model.
  public func merge() throws {
    for adapter in adapters where !adapter.isMerged { try adapter.merge() }
  }

  /// Drops what was computed from parameters that have since changed.
  func forgetFactors() { for adapter in adapters { adapter.forgetFactors() } }

  /// The prefix of every parameter's name in PEFT's files, and in this set.
  public static let prefix = "base_model.model."
}
