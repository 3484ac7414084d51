import Foundation
import Groundwork
import Testing

@testable import Reports

/// Set `LIGHTBOX_WRITE_SCHEMAS=1` to write `datasets/schema` anew from the program.
@Suite struct SchemaTests {
  static let schemas: [(file: String, json: JSON)] = [
    ("cxr-clinical-1.json", ClinicalDraft.schemaJSON), ("cxr-report-1.json", Report.schemaJSON),
  ]

  @Test(arguments: schemas.map(\.file))
  func theCheckedInSchemaIsTheOneOfTheProgram(file: String) throws {
    let schema = try #require(Self.schemas.first { $0.file == file })
    let url = Fixtures.root.appendingPathComponent("datasets/schema/\(file)")
    let text = schema.json.text(pretty: true) + "\n"
    if ProcessInfo.processInfo.environment["LIGHTBOX_WRITE_SCHEMAS"] == "1" {
      try Data(text.utf8).write(to: url)
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == text)
  }

  @Test(arguments: schemas.map(\.file))
  func everyVerdictIsThatOfTheReferenceValidator(file: String) throws {
    let schema = try JSONSchema(#require(Self.schemas.first { $0.file == file }).json)
    let fixture = try #require(try Fixtures.json("schema_cases.json")[file])
    let instance = try #require(fixture["instance"])
    let cases = try #require(fixture["cases"]?.array)
    #expect(cases.count > 300)
    try schema.check(instance)
    for entry in cases {
      let row = try #require(entry.array)
      let changed = Self.change(instance, at: row[0].array?[...] ?? [], row[1].string ?? "", row[2])
      var reason = "valid"
      do throws(ReportsError) { try schema.check(changed) } catch { reason = error.sentence }
      #expect(.boolean(reason == "valid") == row[3], "\(entry.text()): \(reason)")
    }
  }

  /// `json` with the value at a place set, removed or repeated, as the script that made the fixture did it.
  private static func change(_ json: JSON, at path: ArraySlice<JSON>, _ change: String, _ argument: JSON)
    -> JSON
  {
    guard let step = path.first else {
      if case .string(let text) = json, change == "repeat" {
        return .string(String(repeating: text, count: argument.integer ?? 1))
      }
      if case .array(let items) = json, change == "repeat" {
        return .array(Array(repeatElement(items, count: argument.integer ?? 1).joined()))
      }
      return argument
    }
    let isRemoved = change == "remove" && path.count == 1
    switch (json, step) {
    case (.object(var object), .string(let key)):
      object[key] =
        isRemoved ? nil : Self.change(object[key] ?? .null, at: path.dropFirst(), change, argument)
      return .object(object)
    case (.array(var array), .integer(let index)):
      if isRemoved {
        array.remove(at: index)
      } else {
        array[index] = Self.change(array[index], at: path.dropFirst(), change, argument)
      }
      return .array(array)
    default: return argument
    }
  }

  @Test func aKeywordThatIsNotKnownIsAnError() {
    #expect(throws: ReportsError.self) { try JSONSchema(["type": "string", "format": "date"]) }
    #expect(throws: ReportsError.self) { try JSONSchema(["pattern": "^(a|b)$"]) }
    #expect(throws: ReportsError.self) {
      try JSONSchema(["$ref": "#/$defs/a", "$defs": ["a": ["$ref": "#/$defs/a"]]])
    }
  }

  @Test func aViolationSaysWhereButNotWhat() throws {
    let schema = try JSONSchema(ClinicalDraft.schemaJSON)
    let draft: JSON = [
      "findings": [["code": "secret", "presence": "present"]], "impression": [], "differential": [],
      "recommendation": [], "urgency": "routine",
    ]
    let error = #expect(throws: ReportsError.self) { try schema.check(draft) }
    #expect(error?.sentence.contains("findings[0].code") == true)
    #expect(error?.sentence.contains("secret") == false)
  }

  @Test(arguments: [
    ("^[0-9]{2,3}$", ["12", "123"], ["1", "1234", "ab", ""]),
    ("^[A-Z][.]?[a-f]*$", ["A", "A.", "A.abc", "Zf"], ["", "a", "A..", "A.g"]),
    ("^[^\\u0000-\\u0020]+$", ["咳", "a\u{7F}"], ["", "a b"]),
    ("^a\\.b$", ["a.b"], ["axb"]),
  ])
  func aPatternIsARowOfRepeatedCharacterClasses(pattern: String, fits: [String], others: [String]) throws {
    let compiled = try #require(CharacterPattern(pattern))
    for text in fits { #expect(compiled.matches(text)) }
    for text in others { #expect(!compiled.matches(text)) }
  }
}
