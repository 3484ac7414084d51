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

  public init(_ directory: String, on device: Device) throws {
    self.directory = directory
    let hasTokenizer = File.kind(of: Path.join(directory, "tokenizer.json")) == .regular
    tokenizer = hasTokenizer ? try Tokenizer(directory) : nil
    model = try JointModel.load(directory, on: device)
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
    return tokenizer.encode(prompt, addSpecial: true)
  }

  /// Writes on after some tokens.
  ///
  /// - Parameter onText: called with text as soon as whole characters have come; without a tokenizer, with ids and commas.
  public func callAsFunction(
    after prompt: [Int], _ options: GenerationOptions, onText: (String) throws -> Void = { _ in }
  ) throws -> Result {
    guard !prompt.isEmpty else { throw InferenceError.emptyPrompt }
    let start = monotonicSeconds()
    let room = model.configuration.text.contextLength - prompt.count + 1
    let batch = try StudyBatch(tokens: [prompt], promptLengths: [prompt.count])
    var decoder = tokenizer.map { StreamingDecoder($0) }
    var separator = ""
    let answers = try model.generate(batch, options) { _, token in
      try onText(decoder?.append(token) ?? separator + "\(token)")
      separator = ","
      return true
    }
    if let rest = decoder?.finish(), !rest.isEmpty { try onText(rest) }
    let tokens = answers[0].tokens
    return Result(
      tokens: tokens, text: tokenizer?.decode(tokens),
      isComplete: tokens.count < min(options.maximumTokens, room), seconds: monotonicSeconds() - start)
  }

  private static func endTokens(_ json: JSON) -> [Int] {
    let value = json["eos_token_id"]
    return value?.array?.compactMap(\.integer) ?? [value?.integer].compactMap { $0 }
  }
}
