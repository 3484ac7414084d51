import Checkpoints
import Tensors

extension ParameterSet {
  /// Every parameter for a safetensors file, under its own name and in its own storage type, or as float32 where it lies in
  /// tiles; read from the device when its turn comes.
  public var tensorsToSave: [TensorSource] { tensors { $0 } }

  /// The same under other names; those without one are left out.
  public func tensors(_ renamed: (String) -> String?) -> [TensorSource] {
    parameters.compactMap { parameter in
      guard let name = renamed(parameter.name) else { return nil }
      return TensorSource(
        name, parameter.tensor.dtype == .bfloat16 ? .bfloat16 : .float32, shape: parameter.shape
      ) { write in
        let tensor = parameter.tensor
        let rows = tensor.dtype.isTiled ? try tensor.converted(to: .float32) : tensor
        try rows.rawBytes().withUnsafeBytes { try write($0) }
      }
    }
  }
}
