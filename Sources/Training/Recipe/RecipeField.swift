internal import Groundwork

/// A part of a recipe: a mapping with a fixed set of keys, all of which have defaults.
protocol RecipeSection: Equatable, Sendable {
  init()
  /// Every key in the order of writing. Reading, checking, writing and explaining all go by this list.
  static var fields: [RecipeField<Self>] { get }
}

/// One key of a section.
struct RecipeField<Section: RecipeSection> {
  let key: String
  /// What the key decides, in a line.
  let meaning: String
  let read: (inout Section, YAMLNode, _ path: String) throws(TrainingError) -> Void
  let write: (Section) -> YAMLNode
  /// The rows of the reference table: one for a value, one for each key below for a section.
  let rows: (Section, _ path: String) -> [RecipeReferenceRow]
}

struct RecipeReferenceRow {
  let path: String
  let initial: String
  let form: String
  let meaning: String
}

extension RecipeField {
  static func value<Value>(
    _ key: String, _ property: WritableKeyPath<Section, Value>, _ form: RecipeForm<Value>, _ meaning: String
  ) -> RecipeField {
    let write = { (section: Section) in YAMLNode(form.write(section[keyPath: property]), origin: .defaults) }
    return RecipeField(
      key: key, meaning: meaning,
      read: { section, node, path throws(TrainingError) in
        guard let value = form.read(node) else {
          var reason = "\(path) is \(node.inline), but it must be \(form.description)"
          if let word = node.string, let near = nearest(to: word, among: form.words) {
            reason += "; did you mean \(near)?"
          }
          throw .recipe(origin: node.origin, reason: reason)
        }
        section[keyPath: property] = value
      },
      write: write,
      rows: { section, path in
        [.init(path: path, initial: write(section).inline, form: form.description, meaning: meaning)]
      })
  }

  static func section<Part: RecipeSection>(
    _ key: String, _ property: WritableKeyPath<Section, Part>
  ) -> RecipeField {
    RecipeField(
      key: key, meaning: "",
      read: { section, node, path throws(TrainingError) in
        section[keyPath: property] = try Part(decoding: node, path: path)
      },
      write: { $0[keyPath: property].node },
      rows: { section, path in section[keyPath: property].referenceRows(path: path) })
  }
}

extension RecipeSection {
  /// Reads the keys that are given over the defaults. `path` is the section's own key, empty for the whole recipe.
  init(decoding node: YAMLNode, path: String) throws(TrainingError) {
    self.init()
    guard let members = node.members else {
      let name = path.isEmpty ? "a recipe" : path
      throw .recipe(origin: node.origin, reason: "\(name) must be a mapping of keys to values")
    }
    let fields = Self.fields
    for member in members {
      let memberPath = path.isEmpty ? member.key : "\(path).\(member.key)"
      guard let field = fields.first(where: { $0.key == member.key }) else {
        let keys = fields.map(\.key)
        let mend =
          nearest(to: member.key, among: keys).map { "did you mean \"\($0)\"?" }
          ?? "its keys are \(keys.joined(separator: ", "))"
        let place = path.isEmpty ? "a recipe" : path
        throw .recipe(
          origin: member.keyOrigin, reason: "\(place) has no key \"\(member.key)\"; \(mend)")
      }
      try field.read(&self, member.value, memberPath)
    }
  }

  /// Every key with its value.
  var node: YAMLNode {
    let members = Self.fields.map {
      YAMLNode.Member(key: $0.key, keyOrigin: .defaults, value: $0.write(self))
    }
    return YAMLNode(.mapping(members), origin: .defaults)
  }

  func referenceRows(path: String) -> [RecipeReferenceRow] {
    Self.fields.flatMap { $0.rows(self, path.isEmpty ? $0.key : "\(path).\($0.key)") }
  }
}
