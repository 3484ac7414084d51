import Console
import Groundwork
import Tokenization

private let model = Parameter.operand("MODEL", "a model directory, or its tokenizer.json", .path)
private let decode = Parameter.flag("decode", "from lists of ids to text")
private let noSpecial = Parameter.flag(
  "no-special", "neither adds special tokens nor shows them in decoded text")
private let batch = Parameter.flag(
  "batch", "one JSON string (or list, with --decode) a line, answered by a line each")

extension Command {
  static let tokenize = Command(
    "tokenize", "turns text into the ids of a model's tokens, and back",
    discussion: """
      Reads standard input: the whole of it is one text, down to its last line break, and the answer is one JSON list of \
      ids. With --decode the input is one JSON list and the answer one JSON string. Text is UTF-8.
      """,
    takes: [model, decode, noSpecial, batch],
    examples: [
      .init("printf '胸痛三天' | lightbox tokenize model", "The ids of a complaint:"),
      .init("printf '[19923, 2058]' | lightbox tokenize model --decode", "The text of some ids:"),
      .init("lightbox tokenize model --batch < texts.jsonl > ids.jsonl", "Many texts at once:"),
    ],
    run: tokenizeInput)
}

private func tokenizeInput(_ arguments: Arguments, _ session: Session) throws {
  let tokenizer = try Tokenizer(try arguments[model])
  let addsSpecial = try !arguments[noSpecial]
  func answer(to text: String, line: Int?) throws -> JSON {
    if try arguments[decode] {
      return .string(
        tokenizer.decode(try StandardInput.integers(text, line: line), skipSpecial: !addsSpecial))
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
