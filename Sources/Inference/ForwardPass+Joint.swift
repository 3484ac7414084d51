import Checkpoints
import Fusion
import Tensors

extension ForwardPass {
  /// A text model or a joint one on `input_ids`, and on `pixel_values` if there are any.
  func run(_ model: JointModel, on input: InputFile) throws -> [TensorSource] {
    let text = try input.text(vocabulary: model.configuration.text.vocabularySize)
    let images = try model.vision.flatMap { try input.pixels(channels: $0.configuration.channels) }
    let pixels = try images.map(tensor)
    let batch = try studies(text, pixels, input)
    let tape = Tape(inference: device, recording: isRecording)
    let output = try model(batch, tape)
    let hidden = output.hidden
    let shape = text.shape + [hidden.columnCount]
    let probe = try input.probe(shape: shape)
    if isRecording, probe == nil, text.targets == nil {
      throw InferenceError.nothingToDifferentiate(
        path: input.path, needs: "a tensor labels (I32 or I64, \(text.shape))")
    }
    var tensors = [TensorSource("last_hidden_state", floats: try hidden.values(), shape: shape)]
    let logits = try model.text.logits(hidden, Tape(inference: device))
    tensors.append(
      TensorSource("logits", floats: try logits.values(), shape: text.shape + [logits.columnCount]))
    for (name, logits) in [("finding_logits", output.findingLogits), ("class_logits", output.classLogits)] {
      if let logits { tensors.append(TensorSource(name, floats: try logits.values(), shape: logits.shape)) }
    }
    if let targets = text.targets {
      let loss = try loss(of: hidden, weight: model.text.outputWeight, targets: targets, tape)
      tensors.append(TensorSource("loss", floats: [loss], shape: []))
    }
    guard isRecording else { return tensors }
    if let probe {
      try tape.backward(from: hidden, gradient: Tensor(probe.numbers, hidden.shape, on: device))
    } else {
      try tape.backward()
    }
    return tensors + (try collectGradients(pixels: pixels, input))
  }

  /// The mean cross-entropy of the rows that have a target.
  private func loss(of hidden: Tensor, weight: Tensor, targets: [Int32], _ tape: Tape) throws -> Float {
    let count = targets.count { $0 >= 0 }
    let factors = [Float](repeating: 1 / Float(count), count: targets.count)
    let losses = try tape.linearCrossEntropy(
      hidden, weight: weight, targets: Tensor(indices: targets, on: device),
      factors: Tensor(factors, [targets.count], on: device))
    let sum = try losses.losses.values().reduce(0.0) { $0 + Double($1) }
    return Float(sum / Double(count))
  }

  private func studies(_ text: TextInput, _ pixels: Tensor?, _ input: InputFile) throws -> StudyBatch {
    let count = text.sequences.count
    let length = text.sequences[0].count
    let prompts = try input.vector("prompt_lengths", count: count, in: 0...length)
    let images = pixels?.rowCount ?? 0
    return try StudyBatch(
      tokens: text.sequences, promptLengths: prompts ?? Array(repeating: length, count: count),
      pixels: pixels,
      imageCounts: pixels == nil ? nil : input.imageCounts(studies: count, images: images),
      views: pixels == nil ? [] : input.views(images: images))
  }
}
