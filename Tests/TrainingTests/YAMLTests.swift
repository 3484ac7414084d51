import Foundation
import Groundwork
import Testing

@testable import Training

func fixture(_ name: String) throws -> JSON {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
  return try JSON(parsing: [UInt8](Data(contentsOf: url)))
}

@Suite struct YAMLTests {
  private func parse(_ text: String) throws(TrainingError) -> YAMLNode {
    try YAMLNode(parsing: Array(text.utf8), path: "f.yaml")
  }

  /// The tree as the fixture writes it; block scalars' own place is where PyYAML puts it, too.
  private func tree(_ node: YAMLNode) -> JSON {
    guard case .file(_, let line, let column) = node.origin else { return .null }
    let place = JSON.array([.integer(line), .integer(column)])
    switch node.content {
    case .scalar(let text, let isPlain):
      return ["scalar": .string(text), "plain": .boolean(isPlain), "at": place]
    case .sequence(let elements): return ["sequence": .array(elements.map(tree)), "at": place]
    case .mapping(let members):
      return ["mapping": .array(members.map { .array([.string($0.key), tree($0.value)]) }), "at": place]
    }
  }

  @Test func treesAndPlacesAreThoseOfPyYAML() throws {
    let cases = try #require(try fixture("yaml").array)
    #expect(cases.count == 12)
    for item in cases {
      let text = try #require(item["text"]?.string)
      let node = try parse(text)
      if item["tree"] == .null {
        #expect(node.isNull)
      } else {
        #expect(tree(node) == item["tree"], "\(text.debugDescription)")
      }
    }
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "f.yaml, line 3, column 1: the key \"a\" is given twice; keep one"),
    ("x: &n 1\ny: *n\n", "f.yaml, line 1, column 4: anchors"),
    ("y: *n\n", "f.yaml, line 1, column 4: anchors"),
    ("x: !!str 1\n", "f.yaml, line 1, column 4: tags"),
    ("a: 1\n---\nb: 2\n", "f.yaml, line 2, column 1: a second document"),
    ("[a]: b\n", "f.yaml, line 1, column 1: a key must be a word"),
    ("a: [1, 2\nb: 3\n", "not valid YAML"),
    ("a:\n\t- b\n", "f.yaml, line 2, column 1: not valid YAML"),
    ("a: b: c\n", "f.yaml, line 1, column 5: not valid YAML"),
    ("a: \"open\n", "not valid YAML"),
  ])
  func whatARecipeDoesNotNeedIsRefusedWithItsPlace(text: String, expected: String) {
    do {
      _ = try parse(text)
      Issue.record("accepted")
    } catch {
      #expect(error.sentence.contains(expected), "\(error.sentence)")
    }
  }

  @Test func depthIsLimited() {
    let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect(throws: TrainingError.self) { try parse(deep) }
  }

  @Test func textThatIsNotUTF8IsRefusedWithItsLine() {
    do {
      _ = try YAMLNode(parsing: Array("a: 1\nb: ".utf8) + [0xFF, 0xFE, 10], path: "f.yaml")
      Issue.record("accepted")
    } catch {
      #expect(error.sentence.hasPrefix("f.yaml, line 2, column 4: not valid YAML"), "\(error.sentence)")
    }
  }

  @Test func noTextMakesItTrap() {
    var random = PhiloxGenerator(seed: 7)
    let pieces = [
      "a", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "'", "\"", "#", "&x", "*x", "!", "|", ">", "?",
      "\t", "%",
    ]
    var accepted = 0
    for _ in 0..<3000 {
      let text = (0..<Int(random.next() % 24)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
        .joined()
      if (try? parse(text)) != nil { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < 3000)
  }
}
