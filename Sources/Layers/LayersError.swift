import Groundwork

/// What can be wrong between a model and a checkpoint.
public enum LayersError: Diagnostic {
  case missingTensors(path: String, names: [String])
  case unexpectedTensors(path: String, names: [String])
  case misshapenTensor(path: String, name: String, expected: [Int], found: [Int])
  case duplicateParameter(name: String)
  /// An adapter for layers that the model has not got, or that take none.
  case adapterWithoutLayer(path: String, names: [String])
  case configuration(place: String, reason: String)

  public var sentence: String {
    switch self {
    case .missingTensors(let path, let names):
      "\(path): \(Self.list(names, "the tensor")) missing; the checkpoint does not belong to its config.json"
    case .unexpectedTensors(let path, let names):
      "\(path): \(Self.list(names, "the tensor")) not part of this model; the checkpoint does not belong to its config.json"
    case .misshapenTensor(let path, let name, let expected, let found):
      "\(path): the tensor \(name) has the shape \(found), but config.json asks for \(expected)"
    case .duplicateParameter(let name): "two parameters are called \(name)"
    case .adapterWithoutLayer(let path, let names):
      "\(path): \(Self.list(names, "the layer")) not among the model's linear layers; name others, or another model"
    case .configuration(let place, let reason): "\(place): \(reason)"
    }
  }

  public var fault: Fault {
    if case .duplicateParameter = self { return .software }
    return .data
  }

  /// "the tensor a is", or "the tensors a, b and 7 more are".
  private static func list(_ names: [String], _ noun: String) -> String {
    if names.count == 1 { return "\(noun) \(names[0]) is" }
    let shown = names.prefix(4).joined(separator: ", ")
    return "\(noun)s \(shown)\(names.count > 4 ? " and \(names.count - 4) more" : "") are"
  }
}
