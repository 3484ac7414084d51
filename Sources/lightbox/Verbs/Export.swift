import Checkpoints
import Console
import Exports
import Fusion
import Groundwork
import Tensors
import Tokenization
import Vision

private let model = Parameter.operand("MODEL", "a model directory", .directory)
private let output = Parameter.required("output", "DIR", "the directory to make", .path)
private let format = Parameter.required(
  "to", "huggingface|gguf", "whose format", .word(among: ["huggingface", "gguf"]))
private let adapter = Parameter.option(
  "adapter", "DIR", "adapters in PEFT's layout to use in place of the model's own", .directory)
private let merge = Parameter.flag("merge", "adds the adapters into the weights, in float32")
private let numbers = Parameter.option(
  "type", "f32|f16|q8_0", "how matrices are stored in a gguf file",
  .word(among: GGUFNumbers.allCases.map(\.rawValue)),
  default: GGUFNumbers.float16.rawValue)

extension Command {
  static let export = Command(
    "export", "writes a model for the libraries of Hugging Face or for llama.cpp",
    discussion: """
      huggingface: DIR gets a directory for each part: text and vision for transformers, text-adapter and vision-adapter \
      for PEFT. gguf: DIR gets model.gguf, the text part with its tokenizer, for llama.cpp; adapters are merged into it. \
      What other programs have no place for (cross-attention, heads) is left out, and named. When adapters are merged, \
      the logits on fixed prompts before and after are compared.
      """,
    takes: [model, output, format, adapter, merge, numbers, CommonOption.json, CommonOption.quiet],
    examples: [
      .init("lightbox export runs/demo/best -o exported --to huggingface", "Every part for transformers:"),
      .init(
        "lightbox export model --adapter tuned -o merged --to huggingface --merge", "Adapters merged into it:"
      ),
      .init("lightbox export model -o exported --to gguf --type q8_0", "For llama.cpp, a byte a weight:"),
    ],
    run: exportModel)
}

private func exportModel(_ arguments: Arguments, _ session: Session) throws {
  let path = try arguments[model]
  let isGGUF = try arguments[format] == "gguf"
  if !isGGUF, arguments.has(numbers) { throw ConsoleError.contradiction("--type goes with --to gguf") }
  var facts = JSONObject()
  var drift: MergeDrift?
  var result = HuggingFaceExport.Result()
  try CheckpointDirectory.write(try arguments[output]) { temporary in
    if VisionCheckpoint.isEncoder(try Checkpoint(path).config) {
      if try isGGUF || arguments[merge] || arguments[adapter] != nil {
        throw ExportsError.unsupported(
          path: path, reason: "a vision encoder goes to huggingface alone, as it is")
      }
      let (encoder, parameters) = try PatchEncoder.load(path, on: Device.cpu())
      result = try HuggingFaceExport.write(
        encoder, parameters, prefix: VisionCheckpoint(path).prefix, to: temporary)
      return
    }
    let hasTokenizer = File.kind(of: Path.join(path, "tokenizer.json")) == .regular
    let tokenizer = hasTokenizer ? try Tokenizer(path) : nil
    let model = try JointModel.load(path, adapter: try arguments[adapter], on: Device.cpu())
    if try isGGUF || arguments[merge] { drift = try MergeDrift.merging(model, tokenizer: tokenizer) }
    if isGGUF {
      guard let tokenizer else {
        throw ExportsError.missing(path: path, what: "tokenizer.json, without which llama.cpp reads no text")
      }
      let kind = GGUFNumbers(rawValue: try arguments[numbers]) ?? .float16
      try TextModelGGUF(model, tokenizer: tokenizer, path: path).write(
        to: Path.join(temporary, "model.gguf"), as: kind)
      result.written = ["model.gguf"]
    } else {
      result = try HuggingFaceExport.write(model, tokenizer: tokenizer, to: temporary)
    }
  }
  facts["written"] = .array(result.written.map(JSON.string))
  facts["left_out"] = .array(result.left.map(JSON.string))
  facts["merge_drift"] = drift?.json
  if try arguments[CommonOption.json] { return try session.answer(.object(facts)) }
  try session.say(try arguments[output] + ": " + result.written.joined(separator: ", "))
  if !result.left.isEmpty { try session.say("left out: " + result.left.joined(separator: ", ")) }
  if let drift {
    try session.say(
      "merging the adapters moved logits by \(drift.largest) at most and \(drift.mean) in the mean over \(drift.tokens) tokens "
        + "of fixed prompts, the largest logit being \(drift.scale); \(drift.changedTokens) likeliest tokens changed"
    )
  }
}
