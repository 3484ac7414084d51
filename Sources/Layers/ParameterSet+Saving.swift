import Checkpoints
import Tensors

extension ParameterSet {
  /// Every parameter for a safetensors file, under its own name and in its own storage type; read from the device when its
  /// turn comes.
  public var tensorsToSave: [TensorSource] {
    parameters.map { parameter in
      TensorSource(
        parameter.name, parameter.tensor.dtype == .bfloat16 ? .bfloat16 : .float32, shape: parameter.shape
      ) { write in
        try parameter.tensor.rawBytes().withUnsafeBytes { try write($0) }
      }
    }
  }
}
