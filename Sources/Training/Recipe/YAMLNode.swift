/// Where a piece of YAML was written.
public enum YAMLOrigin: Equatable, Sendable, CustomStringConvertible {
  /// Lines and columns count from 1, columns in characters.
  case file(path: String, line: Int, column: Int)
  /// The text after `--set`.
  case option(String)
  /// Not written by a person, but by a recipe's defaults.
  case defaults

  public var description: String {
    switch self {
    case .file(let path, let line, let column): "\(path), line \(line), column \(column)"
    case .option(let text): "--set \(text)"
    case .defaults: "the defaults"
    }
  }
}

/// A piece of a YAML document (YAML 1.2) with the place where it was written.
public struct YAMLNode: Sendable {
  /// A key of a mapping and its value.
  public struct Member: Sendable {
    public let key: String
    public let keyOrigin: YAMLOrigin
    public var value: YAMLNode
  }

  public enum Content: Sendable {
    /// `isPlain`: written without quotes, so that `null`, `true` and numbers are more than text.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Member])
  }

  public var content: Content
  public let origin: YAMLOrigin

  public init(_ content: Content, origin: YAMLOrigin) {
    self.content = content
    self.origin = origin
  }
}

extension YAMLNode {
  /// An absent value: `null`, `~` or nothing at all (YAML 1.2, section 10.3.2).
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  public var boolean: Bool? {
    guard case .scalar(let text, isPlain: true) = content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }

  /// A whole number in decimal digits.
  public var integer: Int? {
    guard case .scalar(let text, isPlain: true) = content else { return nil }
    return Int(text)
  }

  /// A finite number; unlike YAML 1.1, `1e-3` is one.
  public var number: Double? {
    guard case .scalar(let text, isPlain: true) = content, let first = text.utf8.first,
      // `Double` would also take hexadecimal digits and words.
      "+-.0123456789".utf8.contains(first), !text.utf8.contains(where: { "xXpPnN".utf8.contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  public var string: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  public var elements: [YAMLNode]? {
    guard case .sequence(let elements) = content else { return nil }
    return elements
  }

  /// The members of a mapping; a null stands for an empty one.
  public var members: [Member]? {
    if case .mapping(let members) = content { return members }
    return isNull ? [] : nil
  }

  /// The value of a key; nil when this is no mapping or has no such key.
  public subscript(key: String) -> YAMLNode? { members?.first { $0.key == key }?.value }

  /// The value of a key of keys, as in `training.rates.text`.
  public func node(at path: String) -> YAMLNode? {
    var node = self
    for key in path.split(separator: ".") {
      guard let next = node[String(key)] else { return nil }
      node = next
    }
    return node
  }
}
