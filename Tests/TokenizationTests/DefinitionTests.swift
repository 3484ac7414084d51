import Foundation
import Groundwork
import Testing
import Tokenization

/// What is wrong with a `tokenizer.json` is said by part.
@Suite struct DefinitionTests {
  static let good: JSON = [
    "version": "1.0", "added_tokens": [["id": 3, "content": "<e>", "special": true]], "normalizer": .null,
    "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
    "decoder": ["type": "ByteLevel"],
    "model": ["type": "BPE", "vocab": ["a": 0, "b": 1, "ab": 2], "merges": ["a b"]],
  ]

  private func load(_ text: String) throws -> Tokenizer {
    let path = NSTemporaryDirectory() + "lightbox-\(UUID().uuidString).json"
    defer { unlink(path) }
    try File.writeAtomically(path, text)
    return try Tokenizer(path)
  }

  private func changed(_ keys: [String], to value: JSON, in json: JSON = good) -> JSON {
    guard let key = keys.first else { return value }
    var object = json.object ?? JSONObject()
    object[key] = changed(Array(keys.dropFirst()), to: value, in: object[key] ?? .object(JSONObject()))
    return .object(object)
  }

  @Test func smallestTokenizerWorks() throws {
    let tokenizer = try load(Self.good.text())
    #expect(tokenizer.encode("abba<e>", addSpecial: true) == [2, 1, 0, 3])
    #expect(
      tokenizer.encode("axb", addSpecial: true) == [2], "bytes without a token vanish, then neighbours merge")
    #expect(tokenizer.vocabularySize == 4)
  }

  @Test func mergesMayComeBeforeTheVocabulary() throws {
    let model: JSON = ["merges": [["a", "b"]], "vocab": ["a": 0, "b": 1, "ab": 2]]
    #expect(try load(changed(["model"], to: model).text()).encode("ab", addSpecial: true) == [2])
  }

  static let changes: [([String], JSON, String)] = [
    (["normalizer"], ["type": "Lowercase"], "normalizer has the type Lowercase"),
    (
      ["normalizer"], ["type": "Sequence", "normalizers": [["type": "NFKC"]]],
      "normalizer is a sequence of other things than NFC"
    ),
    (["pre_tokenizer"], ["type": "Metaspace"], "pre_tokenizer has the type Metaspace"),
    (["pre_tokenizer"], .null, "pre_tokenizer is missing"),
    (["pre_tokenizer"], ["type": "Sequence", "pretokenizers": []], "pre_tokenizer has no ByteLevel"),
    (
      ["pre_tokenizer"], ["type": "Sequence", "pretokenizers": [["type": "ByteLevel"], ["type": "Digits"]]],
      "pre_tokenizer[1] comes after ByteLevel"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": "x"], "behavior": "Removed"],
      "another behavior than Isolated"
    ),
    (
      ["pre_tokenizer"],
      ["type": "Split", "pattern": ["Regex": "x"], "behavior": "Isolated", "invert": true], "is inverted"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": "x("], "behavior": "Isolated"],
      "the expression x( is wrong"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": #"\w+"#], "behavior": "Isolated"], #"has \w"#
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": "[a[b]]"], "behavior": "Isolated"],
      "a class within a class"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": "[a&&b]"], "behavior": "Isolated"],
      "&& in a class"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": "a{1,3}+"], "behavior": "Isolated"], "has }+"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": #"\u12"#], "behavior": "Isolated"],
      #"\u without four digits"#
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": #"a\"#], "behavior": "Isolated"],
      "a backslash at its end"
    ),
    (
      ["pre_tokenizer"], ["type": "Split", "pattern": ["Regex": #"\p"#], "behavior": "Isolated"],
      #"\p without braces"#
    ),
    (["post_processor"], ["type": "BertProcessing"], "post_processor has the type BertProcessing"),
    (
      ["post_processor"],
      [
        "type": "TemplateProcessing", "single": [["SpecialToken": ["id": "<e>"]], ["Sequence": ["id": "A"]]],
      ], "does not say what <e> is"
    ),
    (
      ["post_processor"],
      [
        "type": "TemplateProcessing", "single": [["SpecialToken": ["id": "<e>"]]],
        "special_tokens": ["<e>": ["ids": [3]]],
      ], "no place for the text"
    ),
    (
      ["post_processor"],
      [
        "type": "TemplateProcessing", "single": [["SpecialToken": ["id": "<e>"]]],
        "special_tokens": ["<e>": ["ids": [9]]],
      ], "a number that is no token"
    ),
    (["decoder"], ["type": "WordPiece"], "decoder has the type WordPiece"),
    (["decoder"], .null, "decoder is missing"),
    (["speller"], true, "the part speller is there"),
    (["model", "type"], "Unigram", "model has the type Unigram"),
    (["model", "byte_fallback"], true, "model.byte_fallback is a boolean"),
    (["model", "dropout"], 0.1, "model.dropout is a number"),
    (["model", "unk_token"], "<unk>", "model.unk_token is a string"),
    (["model", "continuing_subword_prefix"], "##", "model.continuing_subword_prefix is a string"),
    (["model", "merges"], ["a c"], "merges is wrong at number 1: it needs a token that model.vocab lacks"),
    (["model", "merges"], ["a b", "ab"], "merges is wrong at number 2: two tokens are wanted"),
    (["model", "merges"], [["a", "b", "c"]], "merges is wrong at number 1: two tokens are wanted"),
    (["model", "merges"], .null, "an array is wanted"),
    (["model", "vocab"], ["a": 0, "b": 0], "gives the number 0 to two tokens, of which one is b"),
    (["model", "vocab"], ["a": -1], "the number -1, which is out of range"),
    (["model", "vocab"], ["a": 9_000_000_000_000], "the number 9000000000000, which is out of range"),
    (["model", "vocab"], ["a": "0"], "an integer is wanted"),
    (["added_tokens"], [["id": 2, "content": "<e>"]], "added_tokens gives the number 2 to two tokens"),
    (["added_tokens"], [["id": 3, "content": ""]], "added_tokens is wrong at number 1"),
    (["added_tokens"], ["id": 3], "added_tokens is not an array"),
    (["model"], .null, "an object is wanted"),
  ]

  @Test(arguments: changes.indices) func whatIsNotKnownIsNamed(_ index: Int) throws {
    let (keys, value, reason) = Self.changes[index]
    let error = #expect(throws: TokenizationError.self) { try load(changed(keys, to: value).text()) }
    #expect(error?.sentence.contains(reason) == true, "\(error?.sentence ?? "")")
  }

  @Test func sameTokenTwiceInTheTextOfTheFileIsNoticed() throws {
    let text = Self.good.text().replacingOccurrences(of: #""b":1"#, with: #""b":1,"b":4"#)
    let error = #expect(throws: TokenizationError.self) { try load(text) }
    #expect(error?.sentence.contains("has the token b twice") == true)
  }

  @Test func everyTruncationIsRefused() throws {
    let text = Self.good.text()
    for length in 0..<text.count {
      #expect(throws: TokenizationError.self) { try load(String(text.prefix(length))) }
    }
  }
}
