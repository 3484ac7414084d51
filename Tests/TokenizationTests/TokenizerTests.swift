import Foundation
import Groundwork
import TestSupport
import Testing
import Tokenization

/// Tokenizers and ids made by `tools/reference/tokenizer_files.py` with the `tokenizers` library.
enum Reference {
  static let kinds = ["deepseek_llm", "deepseek_coder", "deepseek_v3", "qwen2", "llama3", "rare"]

  static func path(_ name: String) throws -> String { try Fixture.url(name, in: .module).path }

  static func tokenizer(_ kind: String) throws -> Tokenizer { try Tokenizer(path(kind)) }

  static func texts() throws -> [String] {
    (try JSON(parsing: File.read(path("texts.json"))).array ?? []).compactMap(\.string)
  }

  static func cases(_ kind: String) throws -> JSON {
    try JSON(parsing: File.read(path(kind + "/cases.json")))
  }
}

extension JSON {
  var integers: [Int] { (array ?? []).compactMap(\.integer) }
}

/// Swift strings are equal where only composition differs; here every byte counts.
private func sameBytes(_ left: String, _ right: String) -> Bool { Array(left.utf8) == Array(right.utf8) }

@Suite struct TokenizerTests {
  @Test(arguments: Reference.kinds) func idsAreThoseOfTheReferenceLibrary(_ kind: String) throws {
    let tokenizer = try Reference.tokenizer(kind)
    let cases = try Reference.cases(kind)
    let (before, after) = try (#require(cases["before"]?.integer), #require(cases["after"]?.integer))
    let texts = try Reference.texts()
    let expected = try #require(cases["ids"]?.array).map(\.integers)
    #expect(texts.count == expected.count && texts.count >= 90)
    for (text, ids) in zip(texts, expected) {
      #expect(tokenizer.encode(text, addSpecial: true) == ids, "\(text.debugDescription)")
      #expect(
        tokenizer.encode(text, addSpecial: false) == Array(ids[before..<ids.count - after]),
        "\(text.debugDescription)")
    }
  }

  @Test(arguments: Reference.kinds) func anyIdsDecodeAsInTheReferenceLibrary(_ kind: String) throws {
    let tokenizer = try Reference.tokenizer(kind)
    for parts in try #require(Reference.cases(kind)["random"]?.array).compactMap(\.array) {
      let ids = parts[0].integers
      let whole = try #require(parts[1].string)
      #expect(sameBytes(tokenizer.decode(ids, skipSpecial: false), whole))
      let withoutSpecial = try #require(parts[2].string)
      #expect(sameBytes(tokenizer.decode(ids), withoutSpecial))

      var decoder = StreamingDecoder(tokenizer, skipSpecial: false)
      #expect(sameBytes(ids.map { decoder.append($0) }.joined() + decoder.finish(), whole))
    }
  }

  @Test func streamedTextNeverCutsACharacter() throws {
    let tokenizer = try Reference.tokenizer("deepseek_v3")
    let text = "肺纹理 👩‍⚕️ ö"
    let ids = tokenizer.encode(text, addSpecial: false)
    #expect(ids.count > text.unicodeScalars.count, "some characters take several tokens")
    var decoder = StreamingDecoder(tokenizer)
    let pieces = ids.map { decoder.append($0) }
    #expect(pieces.allSatisfy { !$0.unicodeScalars.contains("\u{FFFD}") })
    #expect(pieces.joined() == text)
    #expect(decoder.finish() == "")
  }

  @Test func namedTokensAreFoundByContent() throws {
    let v3 = try Reference.tokenizer("deepseek_v3")
    #expect([v3.beginToken, v3.endToken, v3.paddingToken] == [0, 1, 2])
    #expect(v3.isSpecial(0))
    #expect(v3.id(of: "<think>") == 5)
    #expect(!v3.isSpecial(v3.vocabularySize))
    let qwen = try Reference.tokenizer("qwen2")
    #expect(qwen.beginToken == qwen.id(of: "<｜begin▁of▁sentence｜>"))
    #expect(qwen.endToken == 420)
    #expect(qwen.paddingToken == qwen.endToken)
  }

  @Test func tokensStandForBytes() throws {
    let tokenizer = try Reference.tokenizer("deepseek_llm")
    func bytes(_ text: String) throws -> [UInt8] { tokenizer.bytes(of: try #require(tokenizer.id(of: text))) }
    #expect(try bytes("Ġ") == [0x20])
    #expect(try bytes("<｜begin▁of▁sentence｜>") == Array("<｜begin▁of▁sentence｜>".utf8))
    // An added token that happens to be a letter of the byte alphabet is that byte.
    #expect(try bytes("ø") == [0xF8])
    #expect(tokenizer.bytes(of: -1) == [] && tokenizer.bytes(of: 1 << 40) == [])
    let text = "左肺 clear 5%."
    #expect(tokenizer.encode(text, addSpecial: false).flatMap(tokenizer.bytes) == Array(text.utf8))
  }

  @Test func savedTokenizerIsTheSame() throws {
    let directory = NSTemporaryDirectory() + "lightbox-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let tokenizer = try Tokenizer(Reference.path("qwen2/tokenizer.json"))
    try tokenizer.save(to: directory)
    let again = try Tokenizer(directory)
    #expect(again.addedTokens == tokenizer.addedTokens)
    #expect(again.endToken == tokenizer.endToken)
    #expect(again.encode("心影 normal", addSpecial: true) == tokenizer.encode("心影 normal", addSpecial: true))
    #expect(try File.read(directory + "/tokenizer.json") == File.read(Reference.path("qwen2/tokenizer.json")))
  }

  @Test func configurationOfTheModelNamesTokensOnlyWhereTheTokenizerDoesNot() throws {
    let directory = NSTemporaryDirectory() + "lightbox-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try File.createDirectory(directory)
    try File.writeAtomically(
      directory + "/tokenizer.json", File.read(Reference.path("deepseek_v3/tokenizer.json")))
    try File.writeAtomically(
      directory + "/config.json", #"{"bos_token_id": 3, "eos_token_id": 4, "pad_token_id": 99999}"#)
    try File.writeAtomically(directory + "/tokenizer_config.json", #"{"bos_token": "<｜begin▁of▁sentence｜>"}"#)
    let tokenizer = try Tokenizer(directory)
    #expect([tokenizer.beginToken, tokenizer.endToken, tokenizer.paddingToken] == [0, 4, nil])
  }

  @Test func manyThreadsGetTheSameIds() async throws {
    let tokenizer = try Reference.tokenizer("llama3")
    let text = String(repeating: "双肺野清晰 the lungs are clear. ", count: 50)
    let expected = tokenizer.encode(text, addSpecial: true)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 { group.addTask { tokenizer.encode(text, addSpecial: true) == expected } }
      for await same in group { #expect(same) }
    }
  }
}
