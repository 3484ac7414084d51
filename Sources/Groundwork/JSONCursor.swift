/// Walks through JSON text without building a tree of it, for files of many megabytes. As strict as `JSON(parsing:)`, save
/// that a key given twice is the caller's to notice. The text must outlive the cursor.
public struct JSONCursor {
  private var parser: JSONParser

  public init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int = 256) {
    parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    parser.skipSpace()
  }

  /// Whether an object, an array or a string comes next, by its first byte.
  public var isAtObject: Bool { parser.current == UInt8(ascii: "{") }
  public var isAtArray: Bool { parser.current == UInt8(ascii: "[") }
  public var isAtString: Bool { parser.current == UInt8(ascii: "\"") }

  /// The value that comes next, whole.
  public mutating func value() throws(JSONError) -> JSON { try parser.parseValue() }

  /// The number that comes next, which must be an integer.
  public mutating func integer() throws(JSONError) -> Int {
    let start = parser.position
    guard let value = try parser.parseValue().integer else {
      throw parser.error("an integer is wanted", at: start)
    }
    return value
  }

  /// The string that comes next, as UTF-8 without its quotes and escapes, for as long as `body` runs.
  public mutating func string<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> Result {
    guard isAtString else { throw parser.error("a string is wanted") }
    let start = parser.position + 1
    var end = start
    var isPlain = true
    while end < parser.bytes.count, parser.bytes[end] != UInt8(ascii: "\"") {
      let byte = parser.bytes[end]
      if byte == UInt8(ascii: "\\") || byte < 0x20 {
        isPlain = false
        break
      }
      end += 1
    }
    if isPlain, end < parser.bytes.count {
      let content = UnsafeRawBufferPointer(rebasing: parser.bytes[start..<end])
      if content.contains(where: { $0 >= 0x80 }) { _ = try parser.decode(content, at: start) }
      parser.position = end + 1
      return try content.withMemoryRebound(to: UInt8.self, body)
    }
    var text = try parser.parseString()
    return try text.withUTF8(body)
  }

  /// Calls `body` with each key of the object that comes next; it must take the key's value from the cursor.
  public mutating func forEachMember(
    _ body: (UnsafeBufferPointer<UInt8>, inout JSONCursor) throws -> Void
  ) throws {
    guard isAtObject else { throw parser.error("an object is wanted") }
    try forEach(until: UInt8(ascii: "}")) { cursor in
      // The key is kept aside while the cursor moves on.
      let key = try cursor.string { Array($0) }
      cursor.parser.skipSpace()
      guard cursor.parser.current == UInt8(ascii: ":") else {
        throw cursor.parser.error("expected a colon after the key")
      }
      cursor.parser.position += 1
      cursor.parser.skipSpace()
      try key.withUnsafeBufferPointer { try body($0, &cursor) }
    }
  }

  /// Calls `body` before each element of the array that comes next; it must take the element from the cursor.
  public mutating func forEachElement(_ body: (inout JSONCursor) throws -> Void) throws {
    guard isAtArray else { throw parser.error("an array is wanted") }
    try forEach(until: UInt8(ascii: "]"), body)
  }

  /// Checks that nothing follows.
  public mutating func finish() throws(JSONError) {
    parser.skipSpace()
    if parser.position < parser.bytes.count { throw parser.error("there is more text after the value") }
  }

  private mutating func forEach(until end: UInt8, _ body: (inout JSONCursor) throws -> Void) throws {
    try parser.enter()
    defer { parser.depth -= 1 }
    if parser.current == end {
      parser.position += 1
      return
    }
    while true {
      try body(&self)
      parser.skipSpace()
      guard let byte = parser.current, byte == end || byte == UInt8(ascii: ",") else {
        throw parser.error("expected a comma or the end")
      }
      parser.position += 1
      if byte == end { return }
      parser.skipSpace()
    }
  }
}
