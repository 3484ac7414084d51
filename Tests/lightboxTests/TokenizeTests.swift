import Groundwork
import Testing

@Suite struct TokenizeTests {
  @Test func theWholeInputIsOneText() throws {
    let scratch = try Scratch()
    let model = try ByteTokenizer.write(in: scratch)
    #expect(try Binary.run("tokenize", model, input: Array("aab\n".utf8)).output == "[256,257,98,10]\n")
    #expect(
      try Binary.run("tokenize", model, "--no-special", input: Array("痛".utf8)).output == "[231,151,155]\n")
    #expect(try Binary.run("tokenize", model, input: []).output == "[256]\n")
    #expect(
      try Binary.run("tokenize", model + "/tokenizer.json", "--no-special", input: [65]).output == "[65]\n")
  }

  @Test func idsBecomeTextAgain() throws {
    let scratch = try Scratch()
    let model = try ByteTokenizer.write(in: scratch)
    let ids = Array("[256, 257, 231, 151, 155, 231]".utf8)
    #expect(try Binary.run("tokenize", model, "--decode", input: ids).output == "\"<｜begin｜>aa痛\u{FFFD}\"\n")
    #expect(
      try Binary.run("tokenize", model, "--decode", "--no-special", input: ids).output == "\"aa痛\u{FFFD}\"\n")
  }

  @Test func aBatchHasALineForALine() throws {
    let scratch = try Scratch()
    let model = try ByteTokenizer.write(in: scratch)
    let texts = #""aa"\#n"line\nbreak"\#n"""#
    let ids = try Binary.run("tokenize", model, "--batch", "--no-special", input: Array(texts.utf8)).output
    #expect(ids == "[257]\n[108,105,110,101,10,98,114,101,97,107]\n[]\n")
    let again = try Binary.run("tokenize", model, "--batch", "--decode", input: Array(ids.utf8)).output
    #expect(again == texts + "\n")
  }

  @Test func wrongInputIsNamedByItsLine() throws {
    let scratch = try Scratch()
    let model = try ByteTokenizer.write(in: scratch)
    let half = try Binary.run("tokenize", model, "--batch", input: Array("\"a\"\n7\n\"b\"\n".utf8))
    #expect(half.code == 65)
    #expect(half.output == "[256,97]\n")
    #expect(half.messages == "lightbox: standard input, line 2: expected a JSON string, found a number\n")
    let negative = try Binary.run("tokenize", model, "--decode", input: Array("[1,-2]".utf8))
    #expect(negative.code == 65)
    #expect(negative.messages == "lightbox: standard input: element 1 of the list is not an id\n")
    let bytes = try Binary.run("tokenize", model, input: [0x61, 0xFF])
    #expect(bytes.code == 65 && bytes.messages.contains("not UTF-8 at byte 1"))
    #expect(try Binary.run("tokenize", scratch.path, input: []).code == 65)
    #expect(try Binary.run("tokenize", "/no/such/model", input: []).code == 65)
  }
}
