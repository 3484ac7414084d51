import Groundwork

/// What can go wrong with tensors and the device that computes on them.
public enum TensorsError: Diagnostic {
  /// A kernel refused its arguments or failed.
  case kernel(operation: String, reason: String)
  case outOfMemory(bytes: Int, operation: String)
  /// This device does not have the operation.
  case unsupported(operation: String, device: String)
  /// Shapes that do not fit each other: our own mistake, or a model whose parts do not fit.
  case shape(operation: String, reason: String)
  case noDevice(name: String, reason: String)

  public var sentence: String {
    switch self {
    case .kernel(let operation, let reason): "the computation \"\(operation)\" failed: \(reason)"
    case .outOfMemory(let bytes, let operation):
      "no memory for \(bytes >> 20) MiB in \"\(operation)\"; use a smaller batch or a smaller model"
    case .unsupported(let operation, let device):
      "the device \(device) cannot compute \"\(operation)\"; use LIGHTBOX_DEVICE=cpu"
    case .shape(let operation, let reason): "the shapes do not fit in \"\(operation)\": \(reason)"
    case .noDevice(let name, let reason): "cannot open the device \(name): \(reason)"
    }
  }

  public var fault: Fault {
    switch self {
    case .noDevice: .usage
    case .outOfMemory: .inputOutput
    case .kernel, .unsupported, .shape: .software
    }
  }
}
