import Checkpoints
import Layers
import Tensors
import Vision

extension ForwardPass {
  /// A vision encoder on `pixel_values`; images of another size than the encoder's own have its position table
  /// interpolated.
  func run(_ encoder: PatchEncoder, _ parameters: ParameterSet, on input: InputFile) throws -> [TensorSource]
  {
    let channels = encoder.configuration.channels
    guard let images = try input.pixels(channels: channels) else {
      throw input.wrong(
        Self.pixels,
        "is missing; this model sees images, so give it as F32, [images, \(channels), height, width]")
    }
    let pixels = try tensor(images)
    let tape = Tape(inference: device, recording: isRecording)
    let hidden = try encoder(pixels, interpolatingPositions: true, tape)
    let count = images.shape[0]
    let shape = [count, hidden.rowCount / count, hidden.columnCount]
    var tensors = [TensorSource("last_hidden_state", floats: try hidden.values(), shape: shape)]
    if let pooled = try encoder.pooled(hidden, images: count, Tape(inference: device)) {
      tensors.append(TensorSource("pooler_output", floats: try pooled.values(), shape: pooled.shape))
    }
    let probe = try input.probe(shape: shape)
    guard isRecording else { return tensors }
    guard let probe else {
      throw InferenceError.nothingToDifferentiate(path: input.path, needs: "a tensor probe (F32, \(shape))")
    }
    try tape.backward(from: hidden, gradient: Tensor(probe.numbers, hidden.shape, on: device))
    return tensors + (try collectGradients(pixels: pixels, input))
  }
}
