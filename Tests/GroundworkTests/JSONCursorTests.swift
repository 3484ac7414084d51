import Groundwork
import Testing

@Suite struct JSONCursorTests {
  /// Builds the tree of a text by walking through it.
  private func tree(_ text: String) throws -> JSON {
    func value(_ cursor: inout JSONCursor) throws -> JSON {
      if cursor.isAtObject {
        var object = JSONObject()
        try cursor.forEachMember { key, cursor in
          object[String(decoding: key, as: UTF8.self)] = try value(&cursor)
        }
        return .object(object)
      }
      if cursor.isAtArray {
        var elements: [JSON] = []
        try cursor.forEachElement { elements.append(try value(&$0)) }
        return .array(elements)
      }
      if cursor.isAtString { return .string(try cursor.string { String(decoding: $0, as: UTF8.self) }) }
      return try cursor.value()
    }
    return try Array(text.utf8).withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes)
      let root = try value(&cursor)
      try cursor.finish()
      return root
    }
  }

  static let text =
    #" { "肺" : [ 1 , -2.5e3 , true , null , "" ] , "a\"\u00e9\n" : { } , "b" : [ [ ] , "x\\y" ] } "#

  @Test func walkSeesWhatTheTreeHolds() throws {
    #expect(try tree(Self.text) == JSON(parsing: Self.text))
    for small in ["7", #""x""#, "[]", "{}", "[[[1]]]"] { #expect(try tree(small) == JSON(parsing: small)) }
  }

  @Test func whatTheParserRefusesTheWalkRefuses() {
    for length in 0..<Self.text.count - 2 {
      #expect(throws: JSONError.self) { try tree(String(Self.text.prefix(length))) }
    }
    for wrong in ["[1,]", "[1 2]", #"{"a" 1}"#, #"{"a":1,}"#, "{1:2}", "[] []", "\"\u{1}\"", #"["\q"]"#] {
      #expect(throws: JSONError.self, "\(wrong)") { try tree(wrong) }
    }
    #expect(throws: JSONError.self) { try tree(String(repeating: "[", count: 300)) }
  }

  @Test func textMustBeUTF8() {
    let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
    bytes.withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes)
      #expect(throws: JSONError.self) { try cursor.string { $0.count } }
    }
  }

  @Test func anotherKindThanWantedIsAnErrorWithItsPlace() throws {
    Array(#"["a", 2.5]"#.utf8).withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes)
      #expect(throws: JSONError.self) { try cursor.forEachMember { _, cursor in _ = try cursor.value() } }
      var kinds: [String] = []
      let error = #expect(throws: JSONError.self) {
        try cursor.forEachElement { cursor in
          if cursor.isAtString { kinds.append(try cursor.value().kind) } else { _ = try cursor.integer() }
        }
      }
      #expect(kinds == ["a string"])
      #expect(error?.sentence == "not valid JSON at line 1, column 7: an integer is wanted")
    }
  }
}
