public import Groundwork

extension Grammar {
  /// Compiles a JSON Schema of this part: `type: object` with every property required and written in the order of
  /// `properties`; `type: array` with `minItems` and `maxItems`; `enum` of strings; `const`; `type: string` with `minLength` 1, `maxLength`,
  /// the `pattern` of a `TextClass` and a `default`; `type: integer` with `minimum` ≥ 0 and `maximum`; `$ref` into `$defs`.
  ///
  /// Every text the grammar lets through is valid under the schema. Throws `ReportsError.unsupportedSchema` for the rest.
  public init(schema: JSON) throws(ReportsError) {
    var compiler = GrammarCompiler(definitions: schema["$defs"]?.object ?? JSONObject())
    self = try compiler.compile(schema)
  }
}

private struct GrammarCompiler {
  let definitions: JSONObject
  var grammar = Grammar()
  /// Bytes that always come next, not yet an instruction.
  var pending: [UInt8] = []
  var level = 0
  var depth = 0

  init(definitions: JSONObject) { self.definitions = definitions }

  mutating func compile(_ schema: JSON) throws(ReportsError) -> Grammar {
    try add(schema, path: "")
    flush()
    grammar.instructions.append(.init(kind: .end, index: 0))
    return grammar
  }

  private mutating func flush() {
    guard !pending.isEmpty else { return }
    grammar.instructions.append(
      .init(kind: .literal, index: Int32(grammar.literals.count), count: Int32(pending.count)))
    grammar.literals += pending
    pending = []
  }

  private mutating func append(_ kind: Grammar.Instruction.Kind, _ index: Int) {
    flush()
    grammar.instructions.append(.init(kind: kind, index: Int32(index)))
  }

  private mutating func add(_ schema: JSON, path: String) throws(ReportsError) {
    func wrong(_ reason: String) -> ReportsError { .unsupportedSchema(path: path, reason: reason) }
    guard depth < 32 else { throw wrong("the schema is nested too deep or refers to itself") }
    depth += 1
    defer { depth -= 1 }
    if let reference = schema["$ref"]?.string {
      guard reference.hasPrefix("#/$defs/"), let target = definitions[String(reference.dropFirst(8))] else {
        throw wrong("the reference leads nowhere")
      }
      return try add(target, path: path)
    }
    if let constant = schema["const"] {
      pending += Array(constant.text().utf8)
      return
    }
    if let members = schema["enum"]?.array { return try addChoice(members, path: path) }
    switch schema["type"]?.string {
    case "object": try addObject(schema, path: path)
    case "array": try addArray(schema, path: path)
    case "string": try addText(schema, path: path)
    case "integer": try addInteger(schema, path: path)
    default:
      throw wrong("the type must be object, array, string or integer, or there must be an enum or a const")
    }
  }

  private mutating func addObject(_ schema: JSON, path: String) throws(ReportsError) {
    let properties = schema["properties"]?.object ?? JSONObject()
    let required = (schema["required"]?.array ?? []).compactMap(\.string)
    guard schema["additionalProperties"] == false, Set(required) == Set(properties.keys) else {
      throw .unsupportedSchema(
        path: path, reason: "every property must be required and no other may be allowed")
    }
    for (index, (key, value)) in properties.enumerated() {
      pending += Array((index == 0 ? "{" : ",").utf8) + Array(JSON.string(key).text().utf8) + Array(":".utf8)
      try add(value, path: path.isEmpty ? key : path + "." + key)
    }
    pending += Array((properties.isEmpty ? "{}" : "}").utf8)
  }

  private mutating func addArray(_ schema: JSON, path: String) throws(ReportsError) {
    let minimum = schema["minItems"]?.integer ?? 0
    guard let maximum = schema["maxItems"]?.integer, minimum >= 0, maximum >= max(1, minimum),
      maximum <= Grammar.countLimit, level < Grammar.levelLimit, let items = schema["items"]
    else {
      throw .unsupportedSchema(
        path: path,
        reason: "an array needs items and a maxItems of 1 to \(Grammar.countLimit), "
          + "and at most \(Grammar.levelLimit - 1) arrays around it")
    }
    pending += Array("[".utf8)
    let index = grammar.repetitions.count
    grammar.repetitions.append(.init(path: path, count: minimum...maximum, level: level))
    append(.open, index)
    grammar.repetitions[index].item = Int32(grammar.instructions.count)
    level += 1
    try add(items, path: path)
    level -= 1
    append(.more, index)
    grammar.repetitions[index].exit = Int32(grammar.instructions.count)
  }

  private mutating func addText(_ schema: JSON, path: String) throws(ReportsError) {
    let fallback = schema["default"]?.string ?? ""
    guard let textClass = TextClass.allCases.first(where: { $0.pattern == schema["pattern"]?.string }),
      let limit = schema["maxLength"]?.integer, schema["minLength"]?.integer == 1, 1 <= limit, limit < 1 << 20
    else {
      throw .unsupportedSchema(
        path: path,
        reason: "a string needs a minLength of 1, a maxLength and the pattern of a known class")
    }
    guard textClass.admits(fallback), (1...limit).contains(fallback.unicodeScalars.count) else {
      throw .unsupportedSchema(path: path, reason: "the default must be a string that the schema allows")
    }
    pending += Array("\"".utf8)
    append(.text, grammar.texts.count)
    grammar.texts.append(
      .init(
        textClass: textClass, limit: Int32(limit),
        fallback: Array(Grammar.jsonText(fallback).utf8)))
  }

  private mutating func addInteger(_ schema: JSON, path: String) throws(ReportsError) {
    guard let minimum = schema["minimum"]?.integer, let maximum = schema["maximum"]?.integer,
      0 <= minimum, minimum <= maximum, maximum < 1 << 30
    else {
      throw .unsupportedSchema(
        path: path, reason: "an integer needs a minimum of 0 or more and a maximum below 2^30")
    }
    append(.integer, grammar.ranges.count)
    grammar.ranges.append(Int64(minimum)...Int64(maximum))
  }

  private mutating func addChoice(_ values: [JSON], path: String) throws(ReportsError) {
    let members = values.compactMap(\.string)
    guard !members.isEmpty, members.count == values.count, members.count <= Grammar.memberLimit,
      Set(members).count == members.count
    else {
      throw .unsupportedSchema(
        path: path, reason: "an enum needs 1 to \(Grammar.memberLimit) strings, each once")
    }
    pending += Array("\"".utf8)
    append(.choice, grammar.choices.count)
    grammar.choices.append(.init(path: path, members: members))
    // The bytes of each member in its JSON form, up to and with the closing quote.
    let rows = members.enumerated().map { ($0.offset, Array((Grammar.jsonText($0.element) + "\"").utf8)) }
    grammar.choiceRoots.append(Int32(grammar.choiceNodes.count))
    grammar.choiceNodes.append(.init(byte: 0, depth: 0, members: rows.reduce(0) { $0 | 1 << UInt128($1.0) }))
    addChildren(of: grammar.choiceNodes.count - 1, rows, depth: 0)
  }

  private mutating func addChildren(of parent: Int, _ rows: [(member: Int, bytes: [UInt8])], depth: Int) {
    var previous: Int?
    for (byte, group) in Dictionary(grouping: rows, by: { $0.bytes[depth] }).sorted(by: { $0.key < $1.key }) {
      let node = grammar.choiceNodes.count
      grammar.choiceNodes.append(
        .init(byte: byte, depth: Int32(depth + 1), members: group.reduce(0) { $0 | 1 << UInt128($1.member) }))
      if let previous {
        grammar.choiceNodes[previous].nextSibling = Int32(node)
      } else {
        grammar.choiceNodes[parent].firstChild = Int32(node)
      }
      previous = node
      // Members end in an unescaped quote, so none is the start of another.
      if let ended = group.first, ended.bytes.count == depth + 1 {
        grammar.choiceNodes[node].member = Int32(ended.member)
      } else {
        addChildren(of: node, group, depth: depth + 1)
      }
    }
  }
}
