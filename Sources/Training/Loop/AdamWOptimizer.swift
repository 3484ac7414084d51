internal import Checkpoints
internal import Groundwork
internal import Layers
internal import Tensors

/// AdamW over the trained parameters (Loshchilov & Hutter 2019), with a rate for each part of the model.
final class AdamWOptimizer {
  private struct Entry {
    let parameter: Parameter
    let rate: Double
    let mean: Tensor
    let square: Tensor
  }

  private let settings: Recipe.Training
  private let entries: [Entry]
  private let device: Device

  init(_ recipe: Recipe, _ parameters: ParameterSet) throws {
    settings = recipe.training
    device = parameters.device
    let trained = parameters.trainable + (parameters.adapters?.parameters.trainable ?? [])
    entries = try trained.map { parameter in
      Entry(
        parameter: parameter, rate: recipe.highestRate(of: ModelPart(ofParameter: parameter.name)),
        mean: try Tensor.zeros(parameter.shape, on: parameters.device),
        square: try Tensor.zeros(parameter.shape, on: parameters.device))
    }
  }

  /// Takes one step, counted from 1, with the gradients that have arrived, and forgets them; gives their norm before
  /// clipping. A norm that is no number leaves everything as it is.
  func step(_ number: Int, rateFactor: Double) throws -> Double {
    let norm = try Tensor.gradientNorm(of: entries.map(\.parameter.tensor), on: device)
    let scale = settings.clip > 0 && norm > settings.clip ? settings.clip / norm : 1
    for entry in entries {
      if norm.isFinite {
        try entry.parameter.tensor.adamW(
          mean: entry.mean, square: entry.square, rate: Float(entry.rate * rateFactor),
          beta1: Float(settings.optimizer.beta1), beta2: Float(settings.optimizer.beta2),
          epsilon: Float(settings.optimizer.epsilon),
          decay: entry.parameter.decays ? Float(settings.weightDecay) : 0, step: number,
          gradientScale: Float(scale))
      }
      entry.parameter.tensor.clearGradient()
    }
    return norm
  }

  /// The moments of every parameter, for a checkpoint.
  func save(to path: String) throws {
    let tensors = entries.flatMap { entry in
      [("mean.", entry.mean), ("square.", entry.square)].map { prefix, tensor in
        TensorSource(prefix + entry.parameter.name, .float32, shape: tensor.shape) { write in
          try tensor.rawBytes().withUnsafeBytes { try write($0) }
        }
      }
    }
    try SafetensorsWriter.write(tensors, to: path)
  }

  func load(from path: String) throws {
    let file = try SafetensorsFile(path)
    for entry in entries {
      for (prefix, tensor) in [("mean.", entry.mean), ("square.", entry.square)] {
        let name = prefix + entry.parameter.name
        let shape = try file.entry(of: name).shape
        guard shape == tensor.shape else {
          throw LayersError.misshapenTensor(path: path, name: name, expected: tensor.shape, found: shape)
        }
        try tensor.write(try file.floats(of: name))
      }
    }
  }
}
