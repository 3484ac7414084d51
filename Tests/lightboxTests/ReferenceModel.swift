import Checkpoints
import Foundation
import Groundwork
import TestSupport

/// The small random models of other test targets, with what PyTorch computes from them.
struct ReferenceModel {
  let path: String
  let expected: Fixture

  static let llama = "DeepSeekTests/Fixtures/llama"
  static let vit = "VisionTests/Fixtures/vit"
  static let joint = "FusionTests/Fixtures/joint"

  init(_ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    path = tests.appendingPathComponent(name).path
    expected = try Fixture(path: path + "/expected.safetensors")
  }

  /// Copies config.json and the weights to `model` of a scratch directory, with other files beside them.
  func copy(to scratch: Scratch, with files: [String: String] = [:]) throws -> String {
    for name in ["config.json", "model.safetensors"] {
      _ = try scratch.write("model/" + name, File.read(Path.join(path, name)))
    }
    for (name, text) in files { _ = try scratch.write("model/" + name, text) }
    return Path.join(scratch.path, "model")
  }
}

extension Scratch {
  /// Writes a safetensors file and gives its path.
  func write(_ name: String, tensors: [TensorSource]) throws -> String {
    let file = Path.join(path, name)
    try SafetensorsWriter.write(tensors, to: file)
    return file
  }
}
