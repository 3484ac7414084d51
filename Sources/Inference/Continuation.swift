import Checkpoints
import DeepSeek
import Fusion
import Groundwork
import Tensors
import Tokenization

/// A language model that goes on where a prompt ends, without images and without a grammar.
public struct Continuation {
  public let directory: String
  public let model: JointModel
  /// nil where the directory has no `tokenizer.json`: then only ids go in and come out.
  public let tokenizer: Tokenizer?
  /// The tokens that end a text, by all that the directory says.
  public let endTokens: Set<Int>

  /// What was written.
  public struct Result: Sendable {
    /// Without the token that ended it.
    public let tokens: [Int]
    public let text: String?
    /// Whether an end token came, and not the limit.
    public let isComplete: Bool
    /// Reading the prompt and writing.
    public let seconds: Double
  }

  /// - Parameters:
  ///   - adapter: a directory with adapters in PEFT's layout, in place of the model's own.
  ///   - weights: how the model's matrices are kept in memory.
  public init(_ directory: String, adapter: String? = nil, weights: DType = .float32, on device: Device)
    throws
  {
    self.directory = directory
    let hasTokenizer = File.kind(of: Path.join(directory, "tokenizer.json")) == .regular
    tokenizer = hasTokenizer ? try Tokenizer(directory) : nil
    model = try JointModel.load(directory, adapter: adapter, on: device, matrixStorage: weights)
    if let tokenizer { try model.check(tokenizer) }
    let checkpoint = try Checkpoint(directory)
    let config = checkpoint.config["text_config"] ?? checkpoint.config
    let generation = try checkpoint.json("generation_config.json") ?? .null
    endTokens = Set(
      [tokenizer?.endToken].compactMap { $0 } + Self.endTokens(config) + Self.endTokens(generation))
  }

  /// The tokens of a prompt, with those that begin a text.
  public func tokens(of prompt: String) throws -> [Int] {
    guard let tokenizer else { throw InferenceError.noTokenizer(directory: directory) }
    let tokens = tokenizer.encode(prompt, addSpecial: true)
    try tokenizer.requireOneBegin(in: tokens)
    return tokens
  }

  /// The prompts of a file: a JSON string on each line that is not empty.
  public static func prompts(in path: String) throws -> [String] {
    var texts: [String] = []
    let lines = try File.read(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      guard let text = (try? JSON(parsing: Array(line)))?.string else {
        throw InferenceError.malformedPrompt(path: path, line: index + 1)
      }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw InferenceError.emptyPrompt }
    return texts
  }

  /// Writes on after some tokens.
  ///
  /// - Parameters:
  ///   - stops: strings at which the text ends; they are not part of it.
  ///   - onText: called with text as soon as whole characters have come; without a tokenizer, with ids and commas.
  public func callAsFunction(
    after prompt: [Int], _ options: GenerationOptions, stops: [String] = [],
    onText: (String) throws -> Void = { _ in }
  ) throws -> Result {
    try callAsFunction(after: [prompt], options, stops: stops) { _, text in try onText(text) }[0]
  }

  /// Writes on after several prompts at once, each as it would be written alone. Every one has a seed of its own, the first
  /// that of the options.
  ///
  /// - Parameter onText: called with (place of the prompt, text).
  public func callAsFunction(
    after prompts: [[Int]], _ options: GenerationOptions, stops: [String] = [],
    onText: (Int, String) throws -> Void = { _, _ in }
  ) throws -> [Result] {
    guard !prompts.isEmpty, prompts.allSatisfy({ !$0.isEmpty }) else { throw InferenceError.emptyPrompt }
    let start = monotonicSeconds()
    let requests = try prompts.enumerated().map { index, prompt in
      var own = options
      own.seed = options.seed &+ UInt64(index)
      return try GenerationRequest(prompt: prompt, own)
    }
    var writers = prompts.map { _ in TextWriter(tokenizer, stops: stops) }
    let answers = try model.generate(requests) { index, token in
      let text = writers[index].append(token)
      if !text.isEmpty { try onText(index, text) }
      return writers[index].hasStopped ? .end : .goOn
    }
    let seconds = monotonicSeconds() - start
    return try answers.enumerated().map { index, answer in
      let rest = writers[index].finish()
      if !rest.isEmpty { try onText(index, rest) }
      return Result(
        tokens: answer.tokens, text: tokenizer == nil ? nil : writers[index].text,
        isComplete: writers[index].hasStopped || hasEnded(answer, after: prompts[index], options),
        seconds: seconds)
    }
  }

  /// Whether an end token came before the limit.
  private func hasEnded(_ answer: Generation, after prompt: [Int], _ options: GenerationOptions) -> Bool {
    let room = model.configuration.text.contextLength - prompt.count + 1
    return answer.tokens.count < min(options.maximumTokens, room)
  }

  private static func endTokens(_ json: JSON) -> [Int] {
    let value = json["eos_token_id"]
    return value?.array?.compactMap(\.integer) ?? [value?.integer].compactMap { $0 }
  }
}

/// Tokens of one answer as text, up to a stop string; without a tokenizer as ids and commas.
private struct TextWriter {
  private(set) var text = ""
  private var decoder: StreamingDecoder?
  private var stops: StopStrings
  private var separator = ""

  init(_ tokenizer: Tokenizer?, stops: [String]) {
    decoder = tokenizer.map { StreamingDecoder($0) }
    self.stops = StopStrings(stops)
  }

  var hasStopped: Bool { stops.hasStopped }

  /// What can be shown once this token has come.
  mutating func append(_ token: Int) -> String {
    defer { separator = "," }
    let shown = stops.append(decoder?.append(token) ?? separator + "\(token)")
    text += shown
    return shown
  }

  /// What was held back for what might have come.
  mutating func finish() -> String {
    guard !hasStopped else { return "" }
    let shown = stops.append(decoder?.finish() ?? "") + stops.finish()
    text += shown
    return shown
  }
}
