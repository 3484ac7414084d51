import Checkpoints
import Console
import Groundwork
import Inference
import Tensors

private let model = Parameter.operand("MODEL", "a model directory", .directory)
private let inputs = Parameter.required("inputs", "IN.safetensors", "the tensors to run on", .path)
private let outputs = Parameter.required("outputs", "OUT.safetensors", "where the results go", .path)
private let gradients = Parameter.option(
  "gradients", "all|NAME,...", "grad.NAME for these tensors of the checkpoint, or pixel_values", .text)
private let adapter = Parameter.option(
  "adapter", "DIR", "adapters in PEFT's layout for a text or joint model, in place of its own", .directory)

extension Command {
  static let forward = Command(
    "forward", "runs a model on tensors, to check it against another implementation",
    discussion: """
      Text: IN holds input_ids (int32 or int64, [n] or [batch, n]) and perhaps labels (-100 is ignored; shifted by one \
      inside); OUT holds logits, last_hidden_state and loss.

      Vision: IN holds pixel_values (float32, [images, channels, height, width]); OUT holds last_hidden_state, and \
      pooler_output where the family has one. Images of another size than the model's own have its positions interpolated.

      A joint model takes both, one study for each row of input_ids, and the images are dealt out evenly in order. IN may \
      say otherwise: images_per_study [studies], views [images] (0 frontal, 1 lateral, 2 prior, 3 unknown, which is the \
      default), prompt_lengths [studies] for the heads, all int32 or int64. OUT holds finding_logits and class_logits too.

      Gradients are of loss, and of the sum of last_hidden_state × probe where IN holds a probe; both there, of their sum.
      """,
    takes: [model, inputs, outputs, gradients, adapter, WeightStorage.parameter, CommonOption.quiet],
    examples: [
      .init("lightbox forward model --inputs in.safetensors --outputs out.safetensors", "Logits:"),
      .init(
        "lightbox forward model --inputs in.safetensors --outputs out.safetensors --gradients all",
        "And the gradient of every parameter:"),
    ],
    run: runForward)
}

private func runForward(_ arguments: Arguments, _ session: Session) throws {
  if try arguments[gradients] != nil, try WeightStorage.chosen(arguments) != .float32 {
    throw ConsoleError.contradiction(
      "--gradients needs --weights float32, as other weights cannot be trained")
  }
  let pass = try ForwardPass(
    try arguments[model], adapter: try arguments[adapter], gradients: wanted(try arguments[gradients]),
    weights: WeightStorage.chosen(arguments),
    on: Device.cpu())
  let path = try arguments[inputs]
  let result = try pass(path)
  if try !arguments[CommonOption.quiet] {
    for note in pass.notes { try session.messages.write("\(try arguments[model]): \(note)\n") }
    if !result.unread.isEmpty {
      try session.messages.write("\(path): not read: \(result.unread.joined(separator: ", "))\n")
    }
  }
  try write(result.tensors, to: try arguments[outputs])
}

/// Whole or not at all, as another program may be waiting for it.
private func write(_ tensors: [TensorSource], to path: String) throws {
  let partial = path + ".partial"
  do {
    try SafetensorsWriter.write(tensors, to: partial)
    try File.move(partial, to: path)
  } catch {
    // The first error is the one to tell.
    try? File.remove(partial)
    throw error
  }
}

private func wanted(_ text: String?) -> ForwardPass.Gradients {
  switch text {
  case nil: .none
  case "all": .all
  case let text?: .named(text.split(separator: ",").map(String.init))
  }
}
