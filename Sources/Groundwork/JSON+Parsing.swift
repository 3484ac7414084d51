internal import Glibc

/// Why a text is not JSON, and where; lines and columns count from 1, columns in bytes.
public struct JSONError: Diagnostic {
  public let reason: String
  public let line: Int
  public let column: Int

  public var sentence: String { "not valid JSON at line \(line), column \(column): \(reason)" }
  public var fault: Fault { .data }
}

extension JSON {
  /// Parses one JSON text (RFC 8259), and refuses duplicate keys, invalid UTF-8, lone surrogates, numbers beyond double
  /// precision's range, and nesting deeper than `depthLimit`.
  public init(parsing text: String, depthLimit: Int = 256) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
  }

  public init(parsing bytes: [UInt8], depthLimit: Int = 256) throws(JSONError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(JSONError) in try JSON(parsing: buffer, depthLimit: depthLimit) }
    }
    self = try result.get()
  }

  public init(parsing bytes: UnsafeRawBufferPointer, depthLimit: Int = 256) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    self = try parser.parseDocument()
  }
}

/// One pass over JSON text; `JSON(parsing:)` builds a tree by it, `JSONCursor` walks.
struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  let depthLimit: Int
  var position = 0
  var depth = 0

  init(bytes: UnsafeRawBufferPointer, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    // A byte order mark is tolerated, as RFC 8259 section 8.1 allows.
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  mutating func parseDocument() throws(JSONError) -> JSON {
    skipSpace()
    let value = try parseValue()
    skipSpace()
    if position < bytes.count { throw error("there is more text after the value") }
    return value
  }

  func error(_ reason: String, at place: Int? = nil) -> JSONError {
    var line = 1
    var lineStart = 0
    let end = min(place ?? position, bytes.count)
    for index in 0..<end where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return JSONError(reason: reason, line: line, column: end - lineStart + 1)
  }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  mutating func parseValue() throws(JSONError) -> JSON {
    switch current {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .boolean(true))
    case UInt8(ascii: "f"): return try parseWord("false", .boolean(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try parseNumber()
    case nil: throw error("the text ends where a value should be")
    default: throw error("a value cannot start here")
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let length = word.utf8CodeUnitCount
    guard let base = bytes.baseAddress, position + length <= bytes.count,
      memcmp(base + position, word.utf8Start, length) == 0
    else { throw error("expected \(word)") }
    position += length
    return value
  }

  mutating func enter() throws(JSONError) {
    depth += 1
    if depth > depthLimit { throw error("nested deeper than \(depthLimit) levels") }
    position += 1
    skipSpace()
  }

  private mutating func parseArray() throws(JSONError) -> JSON {
    try enter()
    var elements: [JSON] = []
    if current == UInt8(ascii: "]") {
      position += 1
    } else {
      while true {
        elements.append(try parseValue())
        skipSpace()
        if current == UInt8(ascii: ",") {
          position += 1
          skipSpace()
        } else if current == UInt8(ascii: "]") {
          position += 1
          break
        } else {
          throw error("expected a comma or ] in an array")
        }
      }
    }
    depth -= 1
    return .array(elements)
  }

  private mutating func parseObject() throws(JSONError) -> JSON {
    try enter()
    var object = JSONObject()
    if current == UInt8(ascii: "}") {
      position += 1
    } else {
      while true {
        guard current == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
        let start = position
        let key = try parseString()
        if object[key] != nil { throw error("the key \"\(key)\" occurs twice", at: start) }
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw error("expected a colon after the key") }
        position += 1
        skipSpace()
        object[key] = try parseValue()
        skipSpace()
        if current == UInt8(ascii: ",") {
          position += 1
          skipSpace()
        } else if current == UInt8(ascii: "}") {
          position += 1
          break
        } else {
          throw error("expected a comma or } in an object")
        }
      }
    }
    depth -= 1
    return .object(object)
  }

  mutating func parseNumber() throws(JSONError) -> JSON {
    let start = position
    var isInteger = true
    if current == UInt8(ascii: "-") { position += 1 }
    let leadingZero = current == UInt8(ascii: "0")
    let digits = skipDigits()
    if digits == 0 || (leadingZero && digits > 1) { throw error("not a number", at: start) }
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      if skipDigits() == 0 { throw error("digits must follow the decimal point") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      if skipDigits() == 0 { throw error("digits must follow the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw error("the number is out of range", at: start)
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    // Most strings have no escapes and are taken as they stand.
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if current == UInt8(ascii: "\"") {
      let text = try decode(UnsafeRawBufferPointer(rebasing: bytes[start..<position]), at: start)
      position += 1
      return text
    }
    var scalars = Array(bytes[start..<position])
    while let byte = current {
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: scalars, as: UTF8.self) else {
          throw error("the string is not UTF-8", at: start)
        }
        position += 1
        return text
      }
      if byte < 0x20 { throw error("a control character must be escaped") }
      position += 1
      if byte == UInt8(ascii: "\\") { try parseEscape(into: &scalars) } else { scalars.append(byte) }
    }
    throw error("the string is not closed", at: start - 1)
  }

  func decode(_ buffer: UnsafeRawBufferPointer, at start: Int) throws(JSONError) -> String {
    guard let text = String(validating: buffer, as: UTF8.self) else {
      throw error("the string is not UTF-8", at: start)
    }
    return text
  }

  mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = current else { throw error("the text ends in an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try parseHex()
      if code >= 0xD800, code < 0xDC00, current == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try parseHex()
        if low >= 0xDC00, low < 0xE000 { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("a surrogate stands alone") }
      text.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
    default: throw error("unknown escape")
    }
  }

  private mutating func parseHex() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits must follow \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
