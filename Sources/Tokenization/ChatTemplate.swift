/// One turn of a conversation.
public struct ChatMessage: Equatable, Sendable {
  public enum Role: String, Sendable { case system, user, assistant }

  public let role: Role
  public let content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// How a model family wants a conversation laid out. Every layout has exactly one token that begins the text, and control
/// tokens that stand in what a user wrote are taken as plain text.
public enum ChatTemplate: String, CaseIterable, Sendable {
  /// DeepSeek-LLM chat and DeepSeek-V2 chat.
  case deepSeekLLM = "deepseek-llm"
  /// DeepSeek-Coder instruct.
  case deepSeekCoder = "deepseek-coder"
  /// DeepSeek-V3.
  case deepSeekV3 = "deepseek-v3"
  /// DeepSeek-R1 and its distillations: as V3, and the answer begins with reasoning.
  case deepSeekR1 = "deepseek-r1"

  /// The layout for a tokenizer, by its control tokens and its own template.
  public init(for tokenizer: Tokenizer) {
    if tokenizer.id(of: Self.user) != nil, tokenizer.id(of: Self.assistant) != nil {
      let template = tokenizer.configuration["chat_template"]?.string ?? ""
      self = template.contains(#"<think>\n"#) ? .deepSeekR1 : .deepSeekV3
    } else {
      self = tokenizer.id(of: Self.endOfTurn) != nil ? .deepSeekCoder : .deepSeekLLM
    }
  }

  /// Tokens of a conversation, and which of them a model is to learn. Reasoning is dropped from earlier answers, as it is
  /// when the model is asked; such an answer is no target.
  public struct Rendering: Equatable, Sendable {
    public internal(set) var tokens: [Int] = []
    /// As many as tokens: true for the assistant's words and the token that ends them.
    public internal(set) var isTarget: [Bool] = []

    /// The spans of tokens to be learned, in order.
    public var targets: [Range<Int>] {
      var spans: [Range<Int>] = []
      for index in isTarget.indices where isTarget[index] {
        if let last = spans.last, last.upperBound == index {
          spans[spans.count - 1] = last.lowerBound..<index + 1
        } else {
          spans.append(index..<index + 1)
        }
      }
      return spans
    }
  }

  /// The tokens after which the assistant's answer is generated. The last turn must not be the assistant's.
  public func prompt(_ messages: [ChatMessage], tokenizer: Tokenizer) throws -> [Int] {
    guard let last = messages.last, last.role != .assistant else {
      throw TokenizationError.conversation(reason: "its last turn must be the user's for an answer to follow")
    }
    return try render(messages, invitesAnswer: true, tokenizer).tokens
  }

  /// The tokens of a conversation with the assistant's turns marked as what is to be learned. What stands before a target
  /// is cut into the same tokens as `prompt` gives.
  public func training(_ messages: [ChatMessage], tokenizer: Tokenizer) throws -> Rendering {
    guard messages.last?.role == .assistant else {
      throw TokenizationError.conversation(reason: "its last turn must be the assistant's to be learned")
    }
    return try render(messages, invitesAnswer: false, tokenizer)
  }

  /// The text that a token sequence ends with, for stopping generation.
  public func endToken(of tokenizer: Tokenizer) -> Int? {
    self == .deepSeekCoder ? tokenizer.id(of: Self.endOfTurn) : tokenizer.endToken
  }

  private static let user = "<｜User｜>"
  private static let assistant = "<｜Assistant｜>"
  private static let endOfTurn = "<|EOT|>"
  private static let reasoningEnd = "</think>"
}

extension ChatTemplate {
  private enum Part {
    case text(String, isTarget: Bool)
    case token(Int, isTarget: Bool)
  }

  private func render(_ messages: [ChatMessage], invitesAnswer: Bool, _ tokenizer: Tokenizer) throws
    -> Rendering
  {
    guard let begin = tokenizer.beginToken else {
      throw TokenizationError.conversation(reason: "the tokenizer has no token that begins a text")
    }
    var parts: [Part] = [.token(begin, isTarget: false)]
    for message in messages where message.role == .system {
      let content = tokenizer.plain(message.content, keeping: [])
      parts.append(.text(self == .deepSeekLLM ? content + "\n\n" : content, isTarget: false))
    }
    for (index, message) in messages.enumerated() where message.role != .system {
      if message.role == .user {
        parts += try userTurn(tokenizer.plain(message.content, keeping: []), tokenizer)
      } else {
        var content = message.content
        // Reasoning belongs to the answer it led to, and is dropped from what is history.
        let isHistory = index < messages.count - 1 || invitesAnswer
        if isHistory, self == .deepSeekV3 || self == .deepSeekR1 { content = Self.withoutReasoning(content) }
        // An answer that has lost its reasoning is read but not learned: it would teach to answer without.
        let isTarget = content == message.content
        content = tokenizer.plain(content, keeping: ["<think>", Self.reasoningEnd])
        parts += try assistantTurn(content, isTarget: isTarget, tokenizer)
      }
    }
    if invitesAnswer { parts += try invitation(tokenizer) }
    let rendering = Self.encode(parts, tokenizer)
    try tokenizer.requireOneBegin(in: rendering.tokens)
    return rendering
  }

  private func userTurn(_ content: String, _ tokenizer: Tokenizer) throws -> [Part] {
    switch self {
    case .deepSeekLLM: [.text("User: \(content)\n\n", isTarget: false)]
    case .deepSeekCoder: [.text("### Instruction:\n\(content)\n", isTarget: false)]
    case .deepSeekV3, .deepSeekR1:
      [.token(try token(Self.user, tokenizer), isTarget: false), .text(content, isTarget: false)]
    }
  }

  /// What stands before every answer.
  private func opening(_ tokenizer: Tokenizer) throws -> [Part] {
    switch self {
    case .deepSeekLLM: [.text("Assistant:", isTarget: false)]
    case .deepSeekCoder: [.text("### Response:\n", isTarget: false)]
    case .deepSeekV3, .deepSeekR1: [.token(try token(Self.assistant, tokenizer), isTarget: false)]
    }
  }

  private func invitation(_ tokenizer: Tokenizer) throws -> [Part] {
    try opening(tokenizer) + (self == .deepSeekR1 ? [.text("<think>\n", isTarget: false)] : [])
  }

  private func assistantTurn(_ content: String, isTarget: Bool, _ tokenizer: Tokenizer) throws -> [Part] {
    guard let end = endToken(of: tokenizer) else {
      throw TokenizationError.conversation(reason: "the tokenizer has no token that ends a text")
    }
    let closing: [Part]
    switch self {
    case .deepSeekLLM: closing = [.text(" \(content)", isTarget: isTarget), .token(end, isTarget: isTarget)]
    case .deepSeekCoder:
      closing = [
        .text("\(content)\n", isTarget: isTarget), .token(end, isTarget: isTarget),
        .text("\n", isTarget: false),
      ]
    case .deepSeekV3, .deepSeekR1:
      closing = [.text(content, isTarget: isTarget), .token(end, isTarget: isTarget)]
    }
    return try opening(tokenizer) + closing
  }

  private func token(_ text: String, _ tokenizer: Tokenizer) throws -> Int {
    guard let id = tokenizer.id(of: text) else {
      throw TokenizationError.conversation(reason: "the tokenizer has no token \(text)")
    }
    return id
  }

  private static func withoutReasoning(_ content: String) -> String {
    content.ranges(of: reasoningEnd).last.map { String(content[$0.upperBound...]) } ?? content
  }

  /// Neighbouring texts are encoded together, unless one is a target and the other is not: a model that generates starts
  /// from the tokens of the prompt alone.
  private static func encode(_ parts: [Part], _ tokenizer: Tokenizer) -> Rendering {
    var rendering = Rendering()
    var text = ""
    var textIsTarget = false

    func append(_ tokens: [Int], _ isTarget: Bool) {
      rendering.tokens += tokens
      rendering.isTarget += repeatElement(isTarget, count: tokens.count)
    }
    func endText() {
      if !text.isEmpty { append(tokenizer.encode(text, addSpecial: false), textIsTarget) }
      text = ""
    }

    for part in parts {
      switch part {
      case .text(let more, let isTarget):
        if isTarget != textIsTarget { endText() }
        textIsTarget = isTarget
        text += more
      case .token(let token, let isTarget):
        endText()
        append([token], isTarget)
      }
    }
    endText()
    return rendering
  }
}

extension Tokenizer {
  /// Refuses tokens of a text that begins more than once: a second token that begins a text makes a model forget what was
  /// before it. Where the tokenizer has no such token everything passes.
  public func requireOneBegin(in tokens: [Int]) throws {
    guard let beginToken else { return }
    let count = tokens.count { $0 == beginToken }
    guard count <= 1 else { throw TokenizationError.beginsAgain(token: beginToken, count: count) }
  }

  /// Text in which control tokens, such as one that would begin another turn, are broken by a space and so are no tokens
  /// any more.
  func plain(_ text: String, keeping kept: Set<String>) -> String {
    var text = text
    for finder in [rawFinder, normalizedFinder] {
      text = text.withUTF8 { bytes in
        var output: [UInt8] = []
        for segment in finder.segments(of: bytes) {
          switch segment {
          case .text(let range): output.append(contentsOf: bytes[range])
          case .token(let id):
            let token = Array(table.text(of: id) ?? [])
            let isControl =
              token.first == UInt8(ascii: "<") && !kept.contains(String(decoding: token, as: UTF8.self))
            output.append(contentsOf: token.prefix(1))
            if isControl { output.append(UInt8(ascii: " ")) }
            output.append(contentsOf: token.dropFirst())
          }
        }
        return String(decoding: output, as: UTF8.self)
      }
    }
    return text
  }
}
