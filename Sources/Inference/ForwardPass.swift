import Checkpoints
import Fusion
import Groundwork
import Layers
import Tensors
import Vision

/// Runs a model on tensors from a file, to hold it against another implementation.
///
/// A text model reads `input_ids`, and `labels` if they are there: it gives `logits`, `last_hidden_state` and `loss`. A
/// vision encoder reads `pixel_values` and gives `last_hidden_state` and, where the family has one, `pooler_output`. A joint
/// model reads both, one study for each row of `input_ids`, and gives `finding_logits` and `class_logits` too; the images
/// are dealt out evenly unless `images_per_study` [studies] says otherwise, and there may be `views` [images] and
/// `prompt_lengths` [studies]. On images alone a joint model is its vision encoder.
///
/// Gradients are of the loss, and of Σ last_hidden_state × probe where the file has a `probe`; both there, of their sum.
public struct ForwardPass {
  /// Which gradients are wanted: `grad.NAME` for each NAME of the checkpoint, or `pixel_values`.
  public enum Gradients: Sendable, Equatable {
    case none, all
    case named([String])

    func include(_ name: String) -> Bool {
      switch self {
      case .none: false
      case .all: true
      case .named(let names): names.contains(name)
      }
    }
  }

  public struct Result {
    public let tensors: [TensorSource]
    /// Tensors of the input that the model does not read.
    public let unread: [String]
  }

  enum Model {
    case joint(JointModel)
    case vision(PatchEncoder, ParameterSet)
  }

  let model: Model
  let gradients: Gradients
  let device: Device

  /// Loads a model directory. Wrong names among the gradients are refused here.
  ///
  /// - Parameters:
  ///   - adapter: a directory with adapters in PEFT's layout; `all` gradients are those of the adapters then, too.
  ///   - weights: how the matrices of a text transformer are kept; other than float32 they have no gradients.
  public init(
    _ directory: String, adapter: String? = nil, gradients: Gradients = .none, weights: DType = .float32,
    on device: Device
  ) throws {
    self.gradients = gradients
    self.device = device
    if VisionCheckpoint.isEncoder(try Checkpoint(directory).config) {
      if adapter != nil { throw InferenceError.adapterOfVision(directory: directory) }
      let (encoder, parameters) = try PatchEncoder.load(directory, on: device, isTrainable: gradients.include)
      model = .vision(encoder, parameters)
    } else {
      model = .joint(
        try JointModel.load(
          directory, adapter: adapter, on: device, matrixStorage: weights, isTrainable: gradients.include,
          trainsAdapters: gradients == .all))
    }
    try check(directory)
  }

  /// What a person should know of the checkpoint that was loaded.
  public var notes: [String] {
    if case .joint(let model) = model { return model.notes }
    return []
  }

  /// Runs the model on the tensors of a safetensors file.
  public func callAsFunction(_ path: String) throws -> Result {
    let input = try InputFile(path)
    let tensors =
      switch model {
      case .joint(let model):
        if let vision = model.vision, !input.has("input_ids"), input.has(Self.pixels) {
          try run(vision, model.parameters, on: input)
        } else {
          try run(model, on: input)
        }
      case .vision(let encoder, let parameters): try run(encoder, parameters, on: input)
      }
    return Result(tensors: tensors, unread: input.unread)
  }

  var parameters: ParameterSet {
    switch model {
    case .joint(let model): model.parameters
    case .vision(_, let parameters): parameters
    }
  }

  var isRecording: Bool { gradients != .none }

  static let pixels = "pixel_values"

  /// The images on the device; with a place for their gradient when it is wanted.
  func tensor(_ pixels: InputFile.Values<Float>) throws -> Tensor {
    try Tensor(pixels.numbers, pixels.shape, on: device, needsGradient: gradients.include(Self.pixels))
  }

  /// What has arrived after the way back; what nothing depends on has a gradient of zeros.
  func collectGradients(pixels: Tensor?, _ input: InputFile) throws -> [TensorSource] {
    if pixels == nil, case .named(let names) = gradients, names.contains(Self.pixels) {
      throw InferenceError.nothingToDifferentiate(
        path: input.path, needs: "images that the model sees (\(Self.pixels))")
    }
    let trained = parameters.trainable + (parameters.adapters?.parameters.trainable ?? [])
    let wanted = trained.map { ($0.name, $0.tensor) }
    let images = pixels.flatMap { $0.needsGradient ? [(Self.pixels, $0)] : nil } ?? []
    return try (images + wanted).map { name, tensor in
      let values = try tensor.gradientValues() ?? Array(repeating: 0, count: tensor.count)
      return TensorSource("grad." + name, floats: values, shape: tensor.shape)
    }
  }

  private func check(_ directory: String) throws {
    guard case .named(let names) = gradients else { return }
    for name in names where name != Self.pixels {
      guard let parameter = parameters[name] else {
        let known = parameters.parameters.map(\.name) + [Self.pixels]
        throw InferenceError.unknownGradient(
          name: name, directory: directory, nearest: nearest(to: name, among: known))
      }
      guard parameter.isTrainable else { throw InferenceError.gradientless(name: name) }
    }
  }
}
