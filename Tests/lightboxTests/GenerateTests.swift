import Checkpoints
import Groundwork
import TestSupport
import Testing

@Suite struct GenerateTests {
  private let llama: ReferenceModel
  private let prompt: String
  /// What transformers writes after the prompt; its third token is the model's end token.
  private let greedy: [Int]

  init() throws {
    llama = try ReferenceModel(ReferenceModel.llama)
    let tokens = try llama.expected.integers("greedy")
    prompt = tokens[..<8].map(String.init).joined(separator: ",")
    greedy = Array(tokens[8...])
  }

  private func ids(_ result: Binary.Result) -> [Int]? {
    result.json?["ids"]?.array?.compactMap(\.integer)
  }

  @Test func idsFollowTheReference() throws {
    let result = try Binary.run(
      "generate", llama.path, "--ids", prompt, "--max-tokens", "12", "--ignore-end", "--json")
    #expect(result.code == 0 && result.messages.isEmpty)
    #expect(ids(result) == greedy)
    let facts = try #require(result.json)
    #expect(facts["text"] == .null && facts["ended"] == false)
    #expect(facts["prompt_tokens"]?.integer == 8)
    #expect(try #require(facts["tokens_per_second"]?.number) > 0)
    let plain = try Binary.run("generate", llama.path, "--ids", prompt, "--max-tokens", "12", "--ignore-end")
    #expect(plain.output == greedy.map(String.init).joined(separator: ",") + "\n")
  }

  @Test func anEndTokenEndsTheText() throws {
    let result = try Binary.run("generate", llama.path, "--ids", prompt, "--max-tokens", "12", "--json")
    #expect(ids(result) == Array(greedy[..<2]))
    #expect(result.json?["ended"] == true)
    // Newer models name several in generation_config.json.
    let scratch = try Scratch()
    let model = try llama.copy(
      to: scratch, with: ["generation_config.json": #"{"eos_token_id": [70, \#(greedy[1])]}"#])
    let other = try Binary.run("generate", model, "--ids", prompt, "--max-tokens", "12", "--json")
    #expect(ids(other) == [greedy[0]])
  }

  @Test func theContextIsTheLimit() throws {
    let long = (0..<62).map { String($0 % 80) }.joined(separator: ",")
    let result = try Binary.run("generate", llama.path, "--ids", long, "--ignore-end", "--json")
    #expect(ids(result)?.count == 3 && result.json?["ended"] == false)
    let longer = try Binary.run("generate", llama.path, "--ids", long + ",1,2,3", "--json")
    #expect(longer.code == 65 && longer.messages.contains("65 tokens do not fit the model's context of 64"))
  }

  @Test func aSeedNamesTheDraw() throws {
    func draw(_ seed: String) throws -> [Int]? {
      ids(
        try Binary.run(
          "generate", llama.path, "--ids", prompt, "--max-tokens", "20", "--temperature", "3", "--seed", seed,
          "--ignore-end", "--json"))
    }
    let first = try draw("1")
    #expect(first?.count == 20)
    #expect(try draw("1") == first)
    #expect(try draw("2") != first)
  }

  @Test func textGoesInAndComesOut() throws {
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let model = try widened(to: scratch)
    let arguments = ["generate", model, "--max-tokens", "12", "--ignore-end"]
    let text = "9:5 (4)"
    let byIDs = try Binary.run(
      "generate", model, "--ids", text.utf8.map { String($0) }.joined(separator: ","), "--max-tokens", "12",
      "--ignore-end", "--json")
    let written = try #require(ids(byIDs))
    let wanted = String(decoding: written.map { UInt8($0) }, as: UTF8.self)
    #expect(byIDs.json?["text"]?.string == wanted)
    #expect(try Binary.run(arguments + ["--prompt", text]).output == wanted + "\n")
  }

  /// The tokenizer of bytes has more tokens than the model has embeddings.
  @Test func aTokenizerOfAnotherModelIsRefused() throws {
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let result = try Binary.run("generate", llama.copy(to: scratch), "--prompt", "a")
    #expect(result.code == 65)
    #expect(result.messages.contains("has 258 tokens, but the model has embeddings for 80"))
  }

  /// The model with embeddings for every token of bytes: those that it lacks are its first, which comes before them.
  private func widened(to scratch: Scratch) throws -> String {
    let directory = try llama.copy(to: scratch)
    let file = try SafetensorsFile(llama.path + "/model.safetensors")
    let tensors = try file.names.map { name in
      let floats = try file.floats(of: name)
      let shape = try file.entry(of: name).shape
      guard shape[0] == 80 else { return TensorSource(name, floats: floats, shape: shape) }
      let more = (80..<258).flatMap { _ in floats[..<shape[1]] }
      return TensorSource(name, floats: floats + more, shape: [258, shape[1]])
    }
    try File.remove(directory + "/model.safetensors")
    try SafetensorsWriter.write(tensors, to: directory + "/model.safetensors")
    let path = directory + "/config.json"
    var config = try #require(try JSON(parsing: File.read(path)).object)
    config["vocab_size"] = 258
    try File.writeAtomically(path, JSON.object(config).text(pretty: true))
    return directory
  }

  @Test func anEmptyPromptIsRefused() throws {
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let empty = try Binary.run("generate", widened(to: scratch), "--prompt", "")
    #expect(empty.code == 64 && empty.messages.contains("the prompt is empty"))
  }

  @Test func manyPromptsAreWrittenAtOnceAsAlone() throws {
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let model = try widened(to: scratch)
    let prompts = ["AB", "AB 12", "33"]
    try File.writeAtomically(
      Path.join(scratch.path, "prompts.jsonl"), prompts.map { "\"\($0)\"\n" }.joined())
    for weights in ["float32", "bfloat16", "int8"] {
      let common = [
        "--max-tokens", "9", "--ignore-end", "--weights", weights, "--repetition-penalty", "1.1", "--top-k",
        "5",
        "--temperature", "0.8", "--json",
      ]
      let together = try Binary.run(
        ["generate", model, "--prompts", Path.join(scratch.path, "prompts.jsonl"), "--seed", "3"] + common)
      let lines = together.output.split(separator: "\n")
      #expect(lines.count == prompts.count)
      for (index, line) in lines.enumerated() {
        let alone = try Binary.run(
          ["generate", model, "--prompt", prompts[index], "--seed", "\(3 + index)"] + common)
        let (first, second) = (try JSON(parsing: String(line)), try #require(alone.json))
        #expect(first["ids"] == second["ids"] && first["text"] == second["text"])
      }
    }
  }

  @Test func aStopStringEndsTheText() throws {
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let model = try widened(to: scratch)
    let arguments = ["generate", model, "--prompt", "AB", "--max-tokens", "40", "--ignore-end"]
    let whole = try Binary.run(arguments).output
    let stop = String(try #require(whole.dropFirst(3).first { $0.isLetter || $0.isPunctuation }))
    let end = try #require(whole.range(of: stop)).lowerBound
    let stopped = try Binary.run(arguments + ["--stop", "never", "--stop", stop])
    #expect(stopped.output == whole[..<end] + "\n")
  }

  @Test func wrongUseIsOneSentence() throws {
    let both = try Binary.run("generate", llama.path, "--ids", "1", "--prompt", "a")
    #expect(both.code == 64 && both.messages.contains("either --prompt TEXT or --ids"))
    #expect(try Binary.run("generate", llama.path).code == 64)
    #expect(try Binary.run("generate", llama.path, "--ids", "1,,2").code == 64)
    #expect(try Binary.run("generate", llama.path, "--ids", "1", "--temperature", "-1").code == 64)
    let text = try Binary.run("generate", llama.path, "--prompt", "a")
    #expect(text.code == 65 && text.messages.contains("has no tokenizer.json"))
    let vision = try Binary.run("generate", ReferenceModel(ReferenceModel.vit).path, "--ids", "1")
    #expect(vision.code == 65 && vision.messages.contains("ViTModel"))
    let scratch = try Scratch()
    _ = try ByteTokenizer.write(in: scratch, begins: false)
    let model = try widened(to: scratch)
    try File.writeAtomically(Path.join(scratch.path, "prompts.jsonl"), "\"a\"\n\na\n")
    let malformed = try Binary.run("generate", model, "--prompts", Path.join(scratch.path, "prompts.jsonl"))
    #expect(malformed.code == 65 && malformed.messages.contains("prompts.jsonl, line 3"))
  }
}
