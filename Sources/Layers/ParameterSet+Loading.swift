import Checkpoints
import Tensors

extension ParameterSet {
  /// Reads every parameter by its name.
  ///
  /// All names and shapes are checked before the first tensor is read: what is missing, unexpected or misshapen is an error
  /// that names it. Names for which `isIgnored` holds may be in the checkpoint without being part of the model.
  ///
  /// - Parameters:
  ///   - renamed: the checkpoint's name of a parameter; nil when the checkpoint need not have it.
  public func load(
    _ source: some TensorReading, renamed: (String) -> String? = { $0 },
    ignoring isIgnored: (String) -> Bool = { _ in false }
  ) throws {
    let wanted = parameters.compactMap { parameter in renamed(parameter.name).map { (parameter, $0) } }
    let present = Set(source.names)
    let missing = wanted.filter { !present.contains($0.1) }.map(\.1)
    guard missing.isEmpty else { throw LayersError.missingTensors(path: source.path, names: missing) }
    let known = Set(wanted.map(\.1))
    let unexpected = source.names.filter { !known.contains($0) && !isIgnored($0) }
    guard unexpected.isEmpty else {
      throw LayersError.unexpectedTensors(path: source.path, names: unexpected)
    }
    for (parameter, name) in wanted {
      let found = try source.entry(of: name).shape
      guard found == parameter.shape else {
        throw LayersError.misshapenTensor(
          path: source.path, name: name, expected: parameter.shape, found: found)
      }
    }
    for (parameter, name) in wanted { try parameter.read(name, from: source) }
  }
}

extension Parameter {
  fileprivate func read(_ name: String, from source: some TensorReading) throws {
    let values = try [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      if let start = buffer.baseAddress { try source.copyFloats(of: name, into: start) }
      count = tensor.count
    }
    if tensor.dtype == .float32 {
      try tensor.write(values)
    } else {
      try tensor.convert(from: Tensor(values, shape, on: tensor.device))
    }
  }
}
