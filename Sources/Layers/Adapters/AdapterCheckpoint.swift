import Checkpoints
import Groundwork
import Tensors

/// A directory in PEFT's layout: adapter_config.json and adapter_model.safetensors.
public struct AdapterCheckpoint {
  public static let configurationName = "adapter_config.json"
  public static let weightsName = "adapter_model.safetensors"

  public let configuration: AdapterConfiguration
  private let file: SafetensorsFile

  public init(_ directory: String) throws {
    let path = Path.join(directory, Self.configurationName)
    let json: JSON
    do {
      json = try JSON(parsing: File.read(path))
    } catch let error as JSONError {
      throw LayersError.configuration(place: path, reason: "the file is \(error.sentence)")
    }
    file = try SafetensorsFile(Path.join(directory, Self.weightsName))
    let modules = file.names.compactMap(Self.module)
    guard !modules.isEmpty else {
      throw LayersError.configuration(
        place: file.path, reason: "no tensor is called \(AdapterSet.prefix)LAYER\(Self.downSuffix)")
    }
    configuration = try AdapterConfiguration(peft: json, path: path, modules: modules)
  }

  private static let downSuffix = ".lora_A.weight"

  private static func module(_ tensor: String) -> String? {
    guard tensor.hasPrefix(AdapterSet.prefix), tensor.hasSuffix(downSuffix) else { return nil }
    return String(tensor.dropFirst(AdapterSet.prefix.count).dropLast(downSuffix.count))
  }

  /// Reads the adapters of a model that was made with `configuration`. All names and shapes must fit.
  public func load(into adapters: AdapterSet) throws {
    let strange = adapters.unmetTargets
    guard strange.isEmpty else { throw LayersError.adapterWithoutLayer(path: file.path, names: strange) }
    try adapters.parameters.load(file)
    adapters.forgetFactors()
  }
}

extension AdapterSet {
  /// Writes the directory's two files.
  ///
  /// - Parameters:
  ///   - included: the new name of each layer whose adapter is written; nil leaves it out.
  ///   - task: see `AdapterConfiguration.peft`.
  public func save(
    to directory: String, task: String?, renaming included: (String) -> String? = { $0 }
  ) throws {
    try File.createDirectory(directory)
    let written = adapters.compactMap { adapter in included(adapter.name).map { (adapter, $0) } }
    let json = configuration.peft(modules: written.map(\.1), task: task)
    try File.writeAtomically(
      Path.join(directory, AdapterCheckpoint.configurationName), json.text(pretty: true) + "\n")
    let tensors = written.flatMap { adapter, name in
      adapter.parameters.map { parameter in
        let ending = parameter.name.dropFirst(Self.prefix.count + adapter.name.count)
        return TensorSource(Self.prefix + name + ending, .float32, shape: parameter.shape) { write in
          try parameter.tensor.rawBytes().withUnsafeBytes { try write($0) }
        }
      }
    }
    try SafetensorsWriter.write(tensors, to: Path.join(directory, AdapterCheckpoint.weightsName))
  }
}
