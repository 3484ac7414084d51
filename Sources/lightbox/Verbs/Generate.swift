import Console
import Fusion
import Groundwork
import Inference
import Tensors

private let model = Parameter.operand("MODEL", "a model directory with a text model in it", .directory)
private let prompt = Parameter.option(
  "prompt", "TEXT", "what to go on from", .text)
private let promptFile = Parameter.option(
  "prompts", "FILE", "many prompts, one JSON string a line, written at the same time", .path)
private let ids = Parameter.option("ids", "1,2,3", "the prompt as ids, taken as they are", .integers)
private let maxTokens = Parameter.option(
  "max-tokens", "N", "the most tokens to write", .integer(1...1_000_000), default: 256)
private let temperature = Parameter.option(
  "temperature", "T", "0 always takes the likeliest token", .number(0...100), default: 0)
private let seed = Parameter.option(
  "seed", "S", "the draw when the temperature is above 0", .seed, default: 0)
private let topK = Parameter.option("top-k", "K", "draws from the K likeliest tokens only", .integer(1...))
private let topP = Parameter.option(
  "top-p", "P", "draws from the fewest tokens that have this probability together", .number(0...1), default: 1
)
private let minP = Parameter.option(
  "min-p", "P", "leaves out tokens below this share of the likeliest one's probability", .number(0...1),
  default: 0)
private let repetition = Parameter.option(
  "repetition-penalty", "R", "above 1 makes tokens less likely that were there before", .number(0.01...100),
  default: 1)
private let stop = Parameter.repeated("stop", "TEXT", "ends the text where this comes, without it", .text)
private let ignoreEnd = Parameter.flag("ignore-end", "goes on when a token ends the text")
private let adapter = Parameter.option(
  "adapter", "DIR", "adapters in PEFT's layout, in place of the model's own", .directory)

extension Command {
  static let generate = Command(
    "generate", "goes on with a text, word by word",
    discussion: """
      Plain continuation by the text model: no image, no chat layout, no grammar. The text appears as it is written. With \
      --json the answer comes at the end as one object: ids (those written), text (null without a tokenizer), ended (a \
      token or a stop string ended the text), prompt_tokens and tokens_per_second. With --prompts there is such an object \
      for each prompt, one a line; each has a seed of its own, counted from S.
      """,
    takes: [
      model, prompt, ids, promptFile, maxTokens, temperature, topK, topP, minP, repetition, seed, stop,
      ignoreEnd, adapter, WeightStorage.parameter, CommonOption.json,
    ],
    examples: [
      .init("lightbox generate model --prompt '双肺纹理' --max-tokens 40", "Go on with a sentence:"),
      .init("lightbox generate model --ids 1,2,3 --json", "Ids in, ids out:"),
      .init(
        "lightbox generate model --prompts prompts.jsonl --weights int8 --json",
        "Many at once, in less memory:"),
    ],
    run: continuePrompt)
}

private func continuePrompt(_ arguments: Arguments, _ session: Session) throws {
  let text = try arguments[prompt]
  let ids = try arguments[ids]
  let file = try arguments[promptFile]
  guard [text != nil, ids != nil, file != nil].filter({ $0 }).count == 1 else {
    throw ConsoleError.contradiction(
      "lightbox generate needs either --prompt TEXT or --ids 1,2,3 or --prompts FILE")
  }
  let texts = try file.map(Continuation.prompts(in:))
  let continuation = try Continuation(
    try arguments[model], adapter: try arguments[adapter], weights: WeightStorage.chosen(arguments),
    on: Device.cpu())
  for note in continuation.model.notes {
    try session.messages.write("\(continuation.directory): \(note)\n")
  }
  let prompts =
    try texts.map { try $0.map(continuation.tokens) } ?? [ids ?? continuation.tokens(of: text ?? "")]
  let options = try options(arguments, endTokens: continuation.endTokens)
  let stops = try arguments[stop]
  if try !arguments[CommonOption.json], texts == nil {
    _ = try continuation(after: prompts[0], options, stops: stops) { text in
      try session.output.write(text)
      try session.output.flush()
    }
    return try session.output.write("\n")
  }
  let results = try continuation(after: prompts, options, stops: stops)
  let written = results.reduce(0) { $0 + $1.tokens.count }
  for (prompt, result) in zip(prompts, results) {
    let rate = result.seconds > 0 ? Double(written) / result.seconds : 0
    try session.answer([
      "ids": .array(result.tokens.map(JSON.integer)), "text": result.text.map(JSON.string) ?? .null,
      "ended": .boolean(result.isComplete), "prompt_tokens": .integer(prompt.count),
      "tokens_per_second": .number(rate),
    ])
  }
}

private func options(_ arguments: Arguments, endTokens: Set<Int>) throws -> GenerationOptions {
  var options = GenerationOptions(
    maximumTokens: try arguments[maxTokens], temperature: try arguments[temperature],
    seed: try arguments[seed], endTokens: try arguments[ignoreEnd] ? [] : endTokens)
  options.topK = try arguments[topK] ?? 0
  options.topP = try arguments[topP]
  options.minP = try arguments[minP]
  options.repetitionPenalty = try arguments[repetition]
  return options
}
