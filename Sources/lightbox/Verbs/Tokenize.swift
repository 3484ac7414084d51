import Console
import Groundwork
import Tokenization

private let model = Parameter.operand("MODEL", "a model directory, or its tokenizer.json", .path)
private let decode = Parameter.flag("decode", "from lists of ids to text")
private let noSpecial = Parameter.flag(
  "no-special", "neither adds special tokens nor shows them in decoded text")
private let chat = Parameter.flag("chat", "from conversations to ids, laid out as the model's family has it")
private let batch = Parameter.flag(
  "batch", "one JSON string (or list, with --decode or --chat) a line, answered by a line each")

extension Command {
  static let tokenize = Command(
    "tokenize", "turns text into the ids of a model's tokens, and back",
    discussion: """
      Reads standard input: the whole of it is one text, down to its last line break, and the answer is one JSON list of \
      ids. With --decode the input is one JSON list and the answer one JSON string. Text is UTF-8.

      With --chat the input is one JSON list of turns, {"role": "system"|"user"|"assistant", "content": TEXT}. After a turn \
      of the user the answer is the list of ids that invites the assistant's. After one of the assistant it is an object \
      as for training: ids, and targets, the spans [first, end) that are learned.
      """,
    takes: [model, decode, chat, noSpecial, batch],
    examples: [
      .init("printf '胸痛三天' | lightbox tokenize model", "The ids of a complaint:"),
      .init("printf '[19923, 2058]' | lightbox tokenize model --decode", "The text of some ids:"),
      .init(
        #"printf '[{"role": "user", "content": "头痛怎么办？"}]' | lightbox tokenize model --chat"#,
        "The ids after which the model answers:"),
      .init("lightbox tokenize model --batch < texts.jsonl > ids.jsonl", "Many texts at once:"),
    ],
    run: tokenizeInput)
}

private func tokenizeInput(_ arguments: Arguments, _ session: Session) throws {
  let tokenizer = try Tokenizer(try arguments[model])
  let addsSpecial = try !arguments[noSpecial]
  guard try !(arguments[decode] && arguments[chat]) else {
    throw ConsoleError.contradiction("lightbox tokenize takes either --decode or --chat")
  }
  func answer(to text: String, line: Int?) throws -> JSON {
    if try arguments[decode] {
      return .string(
        tokenizer.decode(try StandardInput.integers(text, line: line), skipSpecial: !addsSpecial))
    }
    if try arguments[chat] {
      return try Conversation.tokens(StandardInput.messages(text, line: line), tokenizer)
    }
    let plain = line == nil ? text : try StandardInput.string(text, line: line)
    return .array(tokenizer.encode(plain, addSpecial: addsSpecial).map(JSON.integer))
  }
  var input = InputStream()
  guard try arguments[batch] else {
    return try session.answer(try answer(to: try input.readAll(), line: nil))
  }
  var number = 0
  while let line = try input.nextLine() {
    number += 1
    try session.answer(try answer(to: line, line: number))
  }
}

private enum Conversation {
  /// The ids that invite an answer, or those of a conversation to be learned with its targets.
  static func tokens(_ messages: [ChatMessage], _ tokenizer: Tokenizer) throws -> JSON {
    let template = ChatTemplate(for: tokenizer)
    guard messages.last?.role == .assistant else {
      return .array(try template.prompt(messages, tokenizer: tokenizer).map(JSON.integer))
    }
    let rendering = try template.training(messages, tokenizer: tokenizer)
    let spans = rendering.targets.map { JSON.array([.integer($0.lowerBound), .integer($0.upperBound)]) }
    return ["ids": .array(rendering.tokens.map(JSON.integer)), "targets": .array(spans)]
  }
}
