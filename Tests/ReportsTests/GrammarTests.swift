import Groundwork
import Testing

@testable import Reports

@Suite struct GrammarTests {
  static let schema: JSON = [
    "type": "object",
    "properties": [
      "kind": ["const": "x\"y"],
      "pick": ["enum": ["a", "ab", "b\\c", "肺"]],
      "grid": [
        "type": "array", "minItems": 1, "maxItems": 2,
        "items": [
          "type": "array", "minItems": 0, "maxItems": 2,
          "items": ["type": "integer", "minimum": 7, "maximum": 120],
        ],
      ],
      "note": ["$ref": "#/$defs/note"],
    ],
    "required": ["kind", "pick", "grid", "note"], "additionalProperties": false,
    "$defs": [
      "note": [
        "type": "string", "minLength": 1, "maxLength": 3, "pattern": .string(TextClass.line.pattern),
        "default": "无",
      ]
    ],
  ]

  static func accepts(_ text: some Sequence<UInt8>) throws -> Bool {
    let automaton = GrammarAutomaton(grammar: try Grammar(schema: schema), rules: NoGrammarRules())
    var state = automaton.start
    for byte in text where !automaton.step(&state, byte) { return false }
    return automaton.isComplete(state)
  }

  static func text(pick: String = "a", grid: String = "[[]]", note: String = "无") -> String {
    "{\"kind\":\"x\\\"y\",\"pick\":\"\(pick)\",\"grid\":\(grid),\"note\":\"\(note)\"}"
  }

  @Test(arguments: [
    text(), text(pick: "ab"), text(pick: "b\\\\c"), text(pick: "肺"), text(grid: "[[7]]"),
    text(grid: "[[120]]"),
    text(grid: "[[7,99],[12,7]]"), text(grid: "[[],[]]"), text(note: "a b"), text(note: "\\\"\\\\x"),
    text(note: "😀é肺"),
  ])
  func textsOfTheSchemaPassAndAreValid(text: String) throws {
    #expect(try Self.accepts(text.utf8))
    try JSONSchema(Self.schema).check(try JSON(parsing: text))
  }

  @Test(arguments: [
    "", "{", text() + " ", text(pick: "c"), text(pick: ""), text(grid: "[]"), text(grid: "[[6]]"),
    text(grid: "[[121]]"), text(grid: "[[07]]"), text(grid: "[[0]]"), text(grid: "[[7,8,9]]"),
    text(grid: "[[],[],[]]"), text(grid: "[[7,]]"), text(grid: "[[,]]"), text(note: ""), text(note: " a"),
    text(note: "abcd"), text(note: "a\nb"), text(note: "\\n"), text(note: "\u{7F}"), text(note: "\u{85}"),
    text(note: "a\\"),
  ])
  func otherTextsDoNotPass(text: String) throws { #expect(try !Self.accepts(text.utf8)) }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF], [0xE8], [0xE8, 0x82], [0xE8, 0x41],
    ] as [[UInt8]])
  func stringsAreWholeCharactersOfUTF8(bytes: [UInt8]) throws {
    let whole = Array(Self.text(note: "#").utf8)
    let place = try #require(whole.firstIndex(of: UInt8(ascii: "#")))
    #expect(try !Self.accepts(whole[..<place] + bytes + whole[(place + 1)...]))
  }

  @Test func everyScalarOfTheClassPassesAndNoOther() throws {
    for textClass in TextClass.allCases {
      let pattern = try #require(CharacterPattern(textClass.pattern))
      for value in UInt32(1)...0x10FFFF {
        guard let scalar = Unicode.Scalar(value), value < 0x3000 || value % 97 == 0 else { continue }
        var state = TextClass.boundary
        for byte in String(scalar).utf8 where state != TextClass.refused {
          state = textClass.next(state, byte)
        }
        let isSpecial = scalar == "\"" || scalar == "\\"
        let passes = state == TextClass.boundary || isSpecial
        // A space is refused at the start only, which is not the class's own business.
        let text = "x" + String(scalar)
        #expect(passes == textClass.admits(text), "U+\(String(value, radix: 16))")
        #expect(passes == pattern.matches(text), "U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func theClosingOfEveryPrefixCompletesIt() throws {
    let automaton = GrammarAutomaton(grammar: try Grammar(schema: Self.schema), rules: NoGrammarRules())
    for text in [
      Self.text(grid: "[[7,99],[12,7]]", note: "😀\\\"é"), Self.text(pick: "b\\\\c", grid: "[[],[10]]"),
    ] {
      var state = automaton.start
      var prefix: [UInt8] = []
      for byte in Array(text.utf8) {
        let whole = prefix + automaton.closing(state)
        #expect(try Self.accepts(whole))
        let json = try JSON(parsing: whole)
        try JSONSchema(Self.schema).check(json)
        #expect(automaton.closing(state).count <= automaton.longestClosing)
        #expect(automaton.step(&state, byte))
        prefix.append(byte)
      }
    }
  }

  @Test(
    arguments: [
      ["type": "object", "properties": ["a": ["const": 1]], "required": []],
      ["type": "string", "maxLength": 3],
      ["type": "array", "items": ["const": 1]],
      ["enum": []], ["enum": [1]], ["type": "number"],
      ["$ref": "#/$defs/a", "$defs": ["a": ["$ref": "#/$defs/a"]]],
      ["type": "integer", "minimum": -1, "maximum": 3],
    ] as [JSON])
  func whatCannotGuideDecodingIsAnError(schema: JSON) {
    #expect(throws: ReportsError.self) { try Grammar(schema: schema) }
  }
}
