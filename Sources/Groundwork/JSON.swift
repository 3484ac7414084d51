/// A JSON value (RFC 8259). Objects keep the order of their keys, so that what is read and written again looks the same.
public enum JSON: Equatable, Sendable {
  case null
  case boolean(Bool)
  /// A number without fraction or exponent that fits 64 bits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  public var isNull: Bool { self == .null }

  public var boolean: Bool? {
    if case .boolean(let value) = self { return value }
    return nil
  }

  /// The value as an integer; also a number such as `3.0` that is one.
  public var integer: Int? {
    switch self {
    case .integer(let value): return value
    case .number(let value): return Int(exactly: value)
    default: return nil
    }
  }

  public var number: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: return nil
    }
  }

  public var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  public var array: [JSON]? {
    if case .array(let value) = self { return value }
    return nil
  }

  public var object: JSONObject? {
    if case .object(let value) = self { return value }
    return nil
  }

  /// The member of an object; nil when this is no object or has no such key.
  public subscript(key: String) -> JSON? { object?[key] }

  /// What kind of value this is, for errors.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object in the order they were written. Keys are unique.
public struct JSONObject: Equatable, Sendable, Sequence {
  public private(set) var members: [(key: String, value: JSON)] = []
  /// Where a key stands in `members`; kept only for objects too large to scan.
  private var positions: [String: Int] = [:]
  private static let scanLimit = 16

  public init() {}

  public init(_ members: [(String, JSON)]) {
    for (key, value) in members { self[key] = value }
  }

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }
  public var keys: [String] { members.map(\.key) }

  /// Setting nil removes the member; setting a new key appends it.
  public subscript(key: String) -> JSON? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil):
        members.remove(at: position)
        reindex()
      case (nil, let value?):
        members.append((key, value))
        if members.count == Self.scanLimit {
          reindex()
        } else if !positions.isEmpty {
          positions[key] = members.count - 1
        }
      case (nil, nil): break
      }
    }
  }

  public func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> { members.makeIterator() }

  /// Equal when the same keys have the same values, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  private func position(of key: String) -> Int? {
    positions.isEmpty ? members.firstIndex { $0.key == key } : positions[key]
  }

  private mutating func reindex() {
    positions = [:]
    guard members.count >= Self.scanLimit else { return }
    for (position, member) in members.enumerated() { positions[member.key] = position }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}
