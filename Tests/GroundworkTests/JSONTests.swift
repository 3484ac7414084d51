import Testing

@testable import Groundwork

struct JSONTests {
  @Test func valuesReadBackEqual() throws {
    let text = #"{"a":[1,-2.5,true,null,"双肺 \"x\"\n"],"b":{"c":1e3},"":"\u0001"}"#
    let value = try JSON(parsing: text)
    #expect(try JSON(parsing: value.text()) == value)
    #expect(try JSON(parsing: value.text(pretty: true)) == value)
    #expect(value["a"]?.array?.count == 5)
    #expect(value["b"]?["c"]?.integer == 1000)
  }

  @Test func keysKeepTheirOrder() throws {
    let keys = (0..<40).map { "k\(97 * $0 % 40)" }
    let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try JSON(parsing: text).object?.keys == keys)
    #expect(try JSON(parsing: text).text() == text)
  }

  @Test func surrogatePairsBecomeOneCharacter() throws {
    #expect(try JSON(parsing: #""\ud83e\ude7b""#).string == "🩻")
    #expect(throws: JSONError.self) { try JSON(parsing: #""\ud83e""#) }
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "nul", "\"\u{1}\"", "\"\\x\"",
    "[1] 2", "1e999",
    "{a:1}", "\"open",
  ])
  func whatIsNotJSONIsRefused(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
  }

  @Test func deepNestingIsRefusedAndDoesNotOverflow() {
    let text = String(repeating: "[", count: 100_000)
    #expect { try JSON(parsing: text) } throws: { "\($0)".contains("deeper than 256") }
  }

  @Test func errorsNameTheirPlace() {
    #expect { try JSON(parsing: "{\n  \"a\": ,\n}") } throws: { error in
      (error as? JSONError)?.line == 2 && (error as? JSONError)?.column == 8
    }
  }

  @Test func numbersKeepTheirKind() throws {
    #expect(try JSON(parsing: "3") == .integer(3))
    #expect(try JSON(parsing: "3.0").integer == 3)
    #expect(try JSON(parsing: "3.5").integer == nil)
    #expect(try JSON(parsing: "9223372036854775807").integer == Int.max)
    #expect(try JSON(parsing: "9223372036854775808").number == 0x1p63)
  }
}
