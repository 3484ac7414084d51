import Console
import Fusion
import Groundwork
import Inference
import Tensors

private let model = Parameter.operand("MODEL", "a model directory with a text model in it", .directory)
private let prompt = Parameter.option(
  "prompt", "TEXT", "what to go on from", .text)
private let ids = Parameter.option("ids", "1,2,3", "the prompt as ids, taken as they are", .integers)
private let maxTokens = Parameter.option(
  "max-tokens", "N", "the most tokens to write", .integer(1...1_000_000), default: 256)
private let temperature = Parameter.option(
  "temperature", "T", "0 always takes the likeliest token", .number(0...100), default: 0)
private let seed = Parameter.option(
  "seed", "S", "the draw when the temperature is above 0", .seed, default: 0)
private let ignoreEnd = Parameter.flag("ignore-end", "goes on when a token ends the text")

extension Command {
  static let generate = Command(
    "generate", "goes on with a text, word by word",
    discussion: """
      Plain continuation by the text model: no image, no chat layout, no grammar. The text appears as it is written. With \
      --json the answer comes at the end as one object: ids (those written), text (null without a tokenizer), ended (a \
      token ended the text), prompt_tokens and tokens_per_second.
      """,
    takes: [model, prompt, ids, maxTokens, temperature, seed, ignoreEnd, CommonOption.json],
    examples: [
      .init("lightbox generate model --prompt '双肺纹理' --max-tokens 40", "Go on with a sentence:"),
      .init("lightbox generate model --ids 1,2,3 --json", "Ids in, ids out:"),
    ],
    run: continuePrompt)
}

private func continuePrompt(_ arguments: Arguments, _ session: Session) throws {
  let text = try arguments[prompt]
  let ids = try arguments[ids]
  guard (text == nil) != (ids == nil) else {
    throw ConsoleError.contradiction("lightbox generate needs either --prompt TEXT or --ids 1,2,3")
  }
  let continuation = try Continuation(try arguments[model], on: Device.cpu())
  for note in continuation.model.notes {
    try session.messages.write("\(continuation.directory): \(note)\n")
  }
  let tokens = try ids ?? continuation.tokens(of: text ?? "")
  let options = GenerationOptions(
    maximumTokens: try arguments[maxTokens], temperature: try arguments[temperature],
    seed: try arguments[seed], endTokens: try arguments[ignoreEnd] ? [] : continuation.endTokens)
  guard try arguments[CommonOption.json] else {
    _ = try continuation(after: tokens, options) { text in
      try session.output.write(text)
      try session.output.flush()
    }
    return try session.output.write("\n")
  }
  let result = try continuation(after: tokens, options)
  try session.answer([
    "ids": .array(result.tokens.map(JSON.integer)), "text": result.text.map(JSON.string) ?? .null,
    "ended": .boolean(result.isComplete), "prompt_tokens": .integer(tokens.count),
    "tokens_per_second": .number(result.seconds > 0 ? Double(result.tokens.count) / result.seconds : 0),
  ])
}
