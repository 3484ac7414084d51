public import Groundwork

/// What can be wrong with a checkpoint.
public enum CheckpointsError: Diagnostic, Equatable {
  /// The file as a whole is not what its name says.
  case malformedFile(path: String, reason: String)
  /// One tensor's description or bytes are wrong.
  case malformedTensor(path: String, tensor: String, reason: String)
  case missingTensor(path: String, tensor: String, nearest: String?)
  /// The index names a shard that is not there.
  case missingShard(directory: String, shard: String)
  /// The tensor is stored as something the reader asked not to get.
  case wrongType(tensor: String, stored: StoredType, wanted: String)
  case noWeights(directory: String)
  /// Only pickled weights are there.
  case pickledWeights(directory: String, file: String)
  /// A tensor to be written does not give the bytes its shape asks for, or its name is taken.
  case unwritableTensor(tensor: String, reason: String)

  public var sentence: String {
    switch self {
    case .malformedFile(let path, let reason): "\(path): \(reason); fetch or save the file again"
    case .malformedTensor(let path, let tensor, let reason):
      "\(path): tensor \(tensor): \(reason); fetch or save the file again"
    case .missingTensor(let path, let tensor, let nearest):
      "\(path) has no tensor \(tensor)" + (nearest.map { "; did you mean \($0)?" } ?? "")
    case .missingShard(let directory, let shard):
      "\(directory): the index names the shard \(shard), which is not there; fetch it again"
    case .wrongType(let tensor, let stored, let wanted):
      "tensor \(tensor) is stored as \(stored.rawValue), which cannot be read as \(wanted)"
    case .noWeights(let directory):
      "\(directory) has neither model.safetensors nor model.safetensors.index.json; check that it is a model directory"
    case .pickledWeights(let directory, let file):
      "\(directory) has pickled weights only (\(file)), which can run code when read; convert them there with: "
        + Self.conversion
    case .unwritableTensor(let tensor, let reason): "tensor \(tensor) cannot be written: \(reason)"
    }
  }

  public var fault: Fault {
    if case .unwritableTensor = self { return .software }
    return .data
  }

  /// Turns pickled weights into safetensors; to be run in the directory.
  static let conversion = #"""
    python3 -c "import glob, torch; from safetensors.torch import save_file; \#
    save_file({k: v.clone().contiguous() for f in sorted(glob.glob('pytorch_model*.bin')) \#
    for k, v in torch.load(f, map_location='cpu', weights_only=True).items()}, \#
    'model.safetensors', metadata={'format': 'pt'})"
    """#
}
