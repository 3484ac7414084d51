public import Groundwork

/// A JSON Schema (draft 2020-12) as far as our schemas use it. A keyword outside that part is an error when the schema is
/// read, never silently passed over.
public struct JSONSchema: Sendable {
  /// Keywords that say nothing about validity.
  static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description", "default"]

  private enum Kind: String {
    case object, array, string, integer, number, boolean, null
  }

  private indirect enum Rule: Sendable {
    case types([Kind])
    case properties([String: Node])
    case required([String])
    case onlyListedProperties([String])
    case items(Node)
    case itemCount(ClosedRange<Int>)
    case uniqueItems
    case members([JSON])
    case constant(JSON)
    case length(ClosedRange<Int>)
    case pattern(CharacterPattern, String)
    case minimum(Double)
    case maximum(Double)
    case anyOf([Node])
  }

  private struct Node: Sendable {
    var rules: [Rule] = []
  }

  /// What a document of this schema is called in errors.
  public let title: String
  private let root: Node

  /// Reads a schema. Throws `ReportsError.unsupportedSchema`.
  public init(_ json: JSON) throws(ReportsError) {
    title = json["title"]?.string ?? "document"
    root = try Self.node(json, definitions: json["$defs"]?.object ?? JSONObject(), path: "", depth: 0)
  }

  /// Throws `ReportsError.invalid` with the place of the first violation.
  public func check(_ json: JSON) throws(ReportsError) {
    if let violation = violation(of: root, json, "") {
      throw .invalid(document: title, path: violation.path, reason: violation.reason)
    }
  }
}

// MARK: Reading

extension JSONSchema {
  private static func node(
    _ json: JSON, definitions: JSONObject, path: String, depth: Int
  ) throws(ReportsError) -> Node {
    guard let object = json.object else { throw .unsupportedSchema(path: path, reason: "expected an object") }
    guard depth < 32 else { throw .unsupportedSchema(path: path, reason: "the schema refers to itself") }
    var node = Node()
    for (keyword, value) in object where !annotations.contains(keyword) {
      let inner = path.isEmpty ? keyword : path + "/" + keyword
      func wrong(_ reason: String) -> ReportsError { .unsupportedSchema(path: inner, reason: reason) }
      func subschema(_ json: JSON, _ name: String = "") throws(ReportsError) -> Node {
        try Self.node(
          json, definitions: definitions, path: name.isEmpty ? inner : inner + "/" + name, depth: depth + 1)
      }
      func texts() throws(ReportsError) -> [String] {
        guard let array = value.array else { throw wrong("expected an array of strings") }
        return array.compactMap(\.string)
      }
      switch keyword {
      case "$ref":
        guard let reference = value.string, reference.hasPrefix("#/$defs/"),
          let target = definitions[String(reference.dropFirst(8))]
        else { throw wrong("the reference leads nowhere") }
        node.rules += try subschema(target).rules
      case "type":
        let names = if let name = value.string { [name] } else { try texts() }
        let kinds = names.compactMap(Kind.init)
        guard kinds.count == names.count else { throw wrong("unknown type") }
        node.rules.append(.types(kinds))
      case "properties":
        var properties: [String: Node] = [:]
        for (key, schema) in value.object ?? JSONObject() { properties[key] = try subschema(schema, key) }
        node.rules.append(.properties(properties))
      case "required": node.rules.append(.required(try texts()))
      case "additionalProperties":
        guard value == false else { throw wrong("only false is known") }
        node.rules.append(.onlyListedProperties(object["properties"]?.object?.keys ?? []))
      case "items": node.rules.append(.items(try subschema(value)))
      case "uniqueItems": if value == true { node.rules.append(.uniqueItems) }
      case "enum": node.rules.append(.members(value.array ?? []))
      case "const": node.rules.append(.constant(value))
      case "minItems": node.rules.append(.itemCount((value.integer ?? 0)...Int.max))
      case "maxItems": node.rules.append(.itemCount(0...(value.integer ?? Int.max)))
      case "minLength": node.rules.append(.length((value.integer ?? 0)...Int.max))
      case "maxLength": node.rules.append(.length(0...(value.integer ?? Int.max)))
      case "pattern":
        guard let text = value.string, let pattern = CharacterPattern(text) else {
          throw wrong("this regular expression is more than a row of character classes")
        }
        node.rules.append(.pattern(pattern, text))
      case "minimum": node.rules.append(.minimum(value.number ?? -.infinity))
      case "maximum": node.rules.append(.maximum(value.number ?? .infinity))
      case "anyOf":
        var choices: [Node] = []
        for schema in value.array ?? [] { choices.append(try subschema(schema)) }
        node.rules.append(.anyOf(choices))
      default: throw wrong("the keyword \(keyword) is not known")
      }
    }
    return node
  }
}

// MARK: Checking

extension JSONSchema {
  private typealias Violation = (path: String, reason: String)

  private func violation(of node: Node, _ json: JSON, _ path: String) -> Violation? {
    for rule in node.rules {
      if let found = violation(of: rule, json, path) { return found }
    }
    return nil
  }

  private func violation(of rule: Rule, _ json: JSON, _ path: String) -> Violation? {
    switch rule {
    case .types(let kinds):
      guard !kinds.contains(where: { Self.isOf($0, json) }) else { return nil }
      return (path, "expected \(kinds.map(\.rawValue).joined(separator: " or ")), found \(json.kind)")
    case .properties(let properties):
      for (key, value) in json.object ?? JSONObject() {
        if let node = properties[key],
          let found = violation(of: node, value, path.isEmpty ? key : path + "." + key)
        {
          return found
        }
      }
    case .required(let keys):
      if let object = json.object, let missing = keys.first(where: { object[$0] == nil }) {
        return (path, "\"\(missing)\" is missing")
      }
    case .onlyListedProperties(let keys):
      if let extra = json.object?.keys.first(where: { !keys.contains($0) }) {
        let hint = nearest(to: extra, among: keys).map { "; did you mean \"\($0)\"?" } ?? ""
        return (path, "there is a member that does not belong here\(hint)")
      }
    case .items(let node):
      for (index, element) in (json.array ?? []).enumerated() {
        if let found = violation(of: node, element, "\(path)[\(index)]") { return found }
      }
    case .itemCount(let range):
      if let count = json.array?.count, !range.contains(count) {
        return (path, "there are \(count) items, expected \(Self.words(range))")
      }
    case .uniqueItems:
      for (index, element) in (json.array ?? []).enumerated()
      where json.array?.prefix(index).contains(element) == true {
        return ("\(path)[\(index)]", "the same item stands there before")
      }
    case .members(let members):
      if !members.contains(json) { return (path, "the value is none of those allowed") }
    case .constant(let constant):
      if json != constant { return (path, "expected \(constant.text())") }
    case .length(let range):
      if let count = json.string?.unicodeScalars.count, !range.contains(count) {
        return (path, "the text has \(count) characters, expected \(Self.words(range))")
      }
    case .pattern(let pattern, let text):
      if let string = json.string, !pattern.matches(string) { return (path, "the text does not fit \(text)") }
    case .minimum(let bound):
      if let number = json.number, number < bound { return (path, "\(number) is less than \(bound)") }
    case .maximum(let bound):
      if let number = json.number, number > bound { return (path, "\(number) is more than \(bound)") }
    case .anyOf(let nodes):
      let found = nodes.map { violation(of: $0, json, path) }
      // The alternative that got furthest tells best what is wrong.
      if !found.contains(where: { $0 == nil }) {
        return found.compactMap { $0 }.max { $0.path.utf8.count < $1.path.utf8.count }
      }
    }
    return nil
  }

  private static func isOf(_ kind: Kind, _ json: JSON) -> Bool {
    switch kind {
    case .object: json.object != nil
    case .array: json.array != nil
    case .string: json.string != nil
    case .integer: json.integer != nil
    case .number: json.number != nil
    case .boolean: json.boolean != nil
    case .null: json.isNull
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range.upperBound == Int.max ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
  }
}
