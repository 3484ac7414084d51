internal import Groundwork

/// The tokens that a post-processor puts before and after a text.
struct SpecialTokenTemplate: Sendable {
  private(set) var before: [Int] = []
  private(set) var after: [Int] = []

  init(_ part: JSON?, table: TokenTable, reader: DefinitionReader) throws {
    if let part, !part.isNull { try read(part, "post_processor", table, reader) }
  }

  private mutating func read(_ part: JSON, _ name: String, _ table: TokenTable, _ reader: DefinitionReader)
    throws
  {
    switch try reader.type(of: part, name) {
    // Changes offsets only, never tokens.
    case "ByteLevel": return
    case "Sequence":
      for (index, inner) in try reader.array(part, "processors", in: name).enumerated() {
        try read(inner, "\(name)[\(index)]", table, reader)
      }
    case "TemplateProcessing":
      var inner = SpecialTokenTemplate()
      var sawText = false
      for element in try reader.array(part, "single", in: name) {
        if let label = element["SpecialToken"]?["id"]?.string {
          let tokens = try tokens(label, of: part, name, table, reader)
          if sawText { inner.after += tokens } else { inner.before += tokens }
        } else if element["Sequence"] != nil, !sawText {
          sawText = true
        } else {
          throw reader.unsupported(name, "has something else than special tokens around one text")
        }
      }
      guard sawText else { throw reader.malformed(name, "has no place for the text") }
      before = inner.before + before
      after += inner.after
    case let type: throw reader.unsupported(name, "has the type \(type)")
    }
  }

  private init() {}

  private func tokens(
    _ label: String, of part: JSON, _ name: String, _ table: TokenTable, _ reader: DefinitionReader
  ) throws -> [Int] {
    guard let ids = part["special_tokens"]?[label]?["ids"]?.array else {
      throw reader.malformed(name, "does not say what \(label) is")
    }
    return try ids.map { id in
      guard let id = id.integer, table.text(of: id) != nil else {
        throw reader.malformed(name, "gives \(label) a number that is no token")
      }
      return id
    }
  }
}
