/// What a value of a recipe may be: how it is read from YAML, written to it, and described to a person.
struct RecipeForm<Value> {
  /// Completes the sentence "it must be …".
  let description: String
  /// Nil when the node is not of this form.
  let read: (YAMLNode) -> Value?
  /// The value as YAML: plain or quoted text, or a list.
  let write: (Value) -> YAMLNode.Content
  /// The words to choose from, for "did you mean".
  var words: [String] = []

  /// The same form in other words.
  func described(_ description: String) -> RecipeForm {
    RecipeForm(description: description, read: read, write: write, words: words)
  }
}

extension RecipeForm where Value == Bool {
  static var flag: RecipeForm {
    RecipeForm(
      description: "true or false", read: \.boolean, write: { .scalar($0 ? "true" : "false", isPlain: true) })
  }
}

extension RecipeForm where Value == Int {
  static func count(_ range: ClosedRange<Int>) -> RecipeForm {
    RecipeForm(
      description: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      read: { node in node.integer.flatMap { range.contains($0) ? $0 : nil } },
      write: { .scalar(String($0), isPlain: true) })
  }
}

extension RecipeForm where Value == UInt64 {
  static var seed: RecipeForm {
    RecipeForm(
      description: "a whole number of at least 0, below 2^64",
      read: { node in
        guard case .scalar(let text, isPlain: true) = node.content else { return nil }
        return UInt64(text)
      },
      write: { .scalar(String($0), isPlain: true) })
  }
}

extension RecipeForm where Value == Double {
  static func number(_ range: ClosedRange<Double>) -> RecipeForm {
    number("a number from \(short(range.lowerBound)) to \(short(range.upperBound))") { range.contains($0) }
  }

  static func number(_ range: Range<Double>) -> RecipeForm {
    number("a number from \(short(range.lowerBound)) to below \(short(range.upperBound))") {
      range.contains($0)
    }
  }

  static func number(above bound: Double) -> RecipeForm {
    number("a number above \(short(bound))") { $0 > bound }
  }

  private static func number(_ description: String, _ accepts: @escaping (Double) -> Bool) -> RecipeForm {
    RecipeForm(
      description: description,
      read: { node in node.number.flatMap { accepts($0) ? $0 : nil } },
      write: { .scalar(text($0), isPlain: true) })
  }

  /// The shortest text that reads back the same; "1e-05" gets a point, without which YAML 1.1 takes it for text.
  private static func text(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension RecipeForm where Value == String {
  static var text: RecipeForm {
    RecipeForm(
      description: "text", read: { node in node.string.flatMap { $0.isEmpty ? nil : $0 } },
      write: { .scalar($0, isPlain: false) })
  }

  /// Text that can name a directory.
  static var name: RecipeForm {
    RecipeForm(
      description: "a name without slashes that does not begin with a dot",
      read: { node in
        text.read(node).flatMap { $0.contains("/") || $0.hasPrefix(".") || $0.contains("\0") ? nil : $0 }
      },
      write: text.write)
  }
}

extension RecipeForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static var choice: RecipeForm {
    let words = Value.allCases.map(\.rawValue)
    return RecipeForm(
      description: words.count == 1 ? words[0] : "one of " + words.joined(separator: ", "),
      read: { node in
        // `none` and the like are words here, even where YAML has another use for them.
        guard case .scalar(let text, _) = node.content else { return nil }
        return Value(rawValue: text)
      },
      write: { .scalar($0.rawValue, isPlain: false) },
      words: words)
  }
}

extension RecipeForm {
  /// The form, or null.
  static func optional<Wrapped>(_ form: RecipeForm<Wrapped>) -> RecipeForm where Value == Wrapped? {
    RecipeForm(
      description: "\(form.description), or null",
      read: { node in node.isNull ? .some(nil) : form.read(node).map { .some($0) } },
      write: { value in value.map(form.write) ?? .scalar("null", isPlain: true) })
  }

  static func list<Element>(
    _ form: RecipeForm<Element>, upTo limit: Int
  ) -> RecipeForm where Value == [Element] {
    RecipeForm(
      description: "a list of at most \(limit), each \(form.description)",
      read: { node in
        guard let nodes = node.elements, nodes.count <= limit else { return nil }
        let elements = nodes.compactMap(form.read)
        return elements.count == nodes.count ? elements : nil
      },
      write: { elements in
        .sequence(elements.map { YAMLNode(form.write($0), origin: .defaults) })
      })
  }
}
