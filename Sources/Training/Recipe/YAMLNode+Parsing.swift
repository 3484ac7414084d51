internal import CYAML

extension YAMLNode {
  /// Parses one YAML document; an empty one is null.
  ///
  /// Duplicate keys, keys that are no scalars, anchors, aliases, tags, a second document and nesting deeper than
  /// `depthLimit` are refused with their place.
  public init(parsing text: [UInt8], path: String, depthLimit: Int = 32) throws(TrainingError) {
    self = try YAMLReader(text: text, depthLimit: depthLimit) { line, column in
      .file(path: path, line: line, column: column)
    }.document()
  }

  /// Parses the value of a `--set`; `option` is its whole text, which errors name.
  init(parsingValue text: String, option: String) throws(TrainingError) {
    self = try YAMLReader(text: Array(text.utf8), depthLimit: 32) { _, _ in .option(option) }.document()
  }
}

/// Builds the tree from libyaml's events.
private final class YAMLReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  private let origin: (_ line: Int, _ column: Int) -> YAMLOrigin
  private let depthLimit: Int
  private let isReady: Bool

  init(text: [UInt8], depthLimit: Int, origin: @escaping (Int, Int) -> YAMLOrigin) {
    self.origin = origin
    self.depthLimit = depthLimit
    // The parser keeps pointers to itself and to the text, so that both need a fixed address.
    self.text = .allocate(capacity: text.count)
    _ = self.text.initialize(from: text)
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    isReady = yaml_parser_initialize(parser) == 1
    if isReady {
      yaml_parser_set_input_string(parser, self.text.baseAddress, self.text.count)
    }
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
    text.deallocate()
  }

  func document() throws(TrainingError) -> YAMLNode {
    var root = YAMLNode(.scalar("", isPlain: true), origin: origin(1, 1))
    var documents = 0
    while true {
      let event = try next()
      switch event.kind {
      case .documentStart:
        documents += 1
        guard documents == 1 else { throw error("a second document starts here; a recipe is one", event) }
        root = try node(try next(), depth: 0)
      case .end: return root
      default: continue
      }
    }
  }

  private func node(_ event: Event, depth: Int) throws(TrainingError) -> YAMLNode {
    guard depth < depthLimit else { throw error("nested deeper than \(depthLimit) levels", event) }
    if event.hasAnchor {
      throw error("anchors (&name) and aliases (*name) are refused; write the value out", event)
    }
    if event.hasTag { throw error("tags (!name) are refused; write the value alone", event) }
    switch event.kind {
    case .scalar(let text, let isPlain):
      return YAMLNode(.scalar(text, isPlain: isPlain), origin: event.origin)
    case .sequenceStart:
      var elements: [YAMLNode] = []
      while true {
        let element = try next()
        if case .sequenceEnd = element.kind { break }
        elements.append(try node(element, depth: depth + 1))
      }
      return YAMLNode(.sequence(elements), origin: event.origin)
    case .mappingStart:
      return YAMLNode(.mapping(try members(depth: depth)), origin: event.origin)
    default:
      throw error("a value is missing", event)
    }
  }

  private func members(depth: Int) throws(TrainingError) -> [YAMLNode.Member] {
    var members: [YAMLNode.Member] = []
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return members }
      let key = try node(event, depth: depth + 1)
      guard case .scalar(let name, _) = key.content else {
        throw error("a key must be a word, not a list or a mapping", event)
      }
      guard !members.contains(where: { $0.key == name }) else {
        throw error("the key \"\(name)\" is given twice; keep one", event)
      }
      let value = try node(try next(), depth: depth + 1)
      members.append(.init(key: name, keyOrigin: key.origin, value: value))
    }
  }

  private func error(_ reason: String, _ event: Event) -> TrainingError {
    .recipe(origin: event.origin, reason: reason)
  }

  private struct Event {
    enum Kind {
      case documentStart, end, other
      case scalar(String, isPlain: Bool)
      case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }
    var kind = Kind.other
    var origin: YAMLOrigin
    var hasAnchor = false
    var hasTag = false
  }

  private func next() throws(TrainingError) -> Event {
    var raw = yaml_event_t()
    guard isReady, yaml_parser_parse(parser, &raw) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&raw) }
    var event = Event(origin: origin(Int(raw.start_mark.line) + 1, Int(raw.start_mark.column) + 1))
    switch raw.type {
    case YAML_DOCUMENT_START_EVENT: event.kind = .documentStart
    case YAML_STREAM_END_EVENT: event.kind = .end
    case YAML_ALIAS_EVENT: event.hasAnchor = true
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      event.kind = .scalar(
        String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self),
        isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      event.hasAnchor = scalar.anchor != nil
      event.hasTag = scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT:
      event.kind = .sequenceStart
      event.hasAnchor = raw.data.sequence_start.anchor != nil
      event.hasTag = raw.data.sequence_start.tag != nil
    case YAML_SEQUENCE_END_EVENT: event.kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      event.kind = .mappingStart
      event.hasAnchor = raw.data.mapping_start.anchor != nil
      event.hasTag = raw.data.mapping_start.tag != nil
    case YAML_MAPPING_END_EVENT: event.kind = .mappingEnd
    default: break
    }
    return event
  }

  private func syntaxError() -> TrainingError {
    guard isReady else { return .recipe(origin: origin(1, 1), reason: "there is no memory to read YAML") }
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "the text ends too early"
    guard state.error != YAML_READER_ERROR else {
      let before = text.prefix(state.problem_offset)
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
      return .recipe(
        origin: origin(line, column), reason: "not valid YAML: \(problem); save the file as UTF-8")
    }
    let context = state.context.map { " " + String(cString: $0) } ?? ""
    let place = origin(Int(state.problem_mark.line) + 1, Int(state.problem_mark.column) + 1)
    return .recipe(origin: place, reason: "not valid YAML\(context): \(problem)")
  }
}
