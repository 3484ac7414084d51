internal import Glibc

/// Standard input, in whole or in lines. It must be UTF-8.
public struct InputStream: ~Copyable {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var consumed = 0
  private var ended = false

  public init(descriptor: Int32 = 0) { self.descriptor = descriptor }

  /// Everything up to the end.
  public mutating func readAll() throws(ConsoleError) -> String {
    while !ended { try fill() }
    defer { start = buffer.count }
    return try decode(buffer[start...])
  }

  /// The next line without its end; nil at the end of the input.
  public mutating func nextLine() throws(ConsoleError) -> String? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { consume(upTo: end + 1) }
        let stop = end > start && buffer[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
        return try decode(buffer[start..<stop])
      }
      if ended {
        if start == buffer.count { return nil }
        defer { consume(upTo: buffer.count) }
        return try decode(buffer[start...])
      }
      searched = buffer.count
      let shift = start
      try fill()
      searched -= shift - start
    }
  }

  private mutating func consume(upTo end: Int) { start = end }

  private mutating func fill() throws(ConsoleError) {
    if start > 0 {
      buffer.removeFirst(start)
      consumed += start
      start = 0
    }
    let size = 1 << 16
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: size))
    var count = -1
    var code: Int32 = 0
    buffer.withUnsafeMutableBytes { bytes in
      repeat {
        count = read(descriptor, bytes.baseAddress?.advanced(by: old), size)
        code = errno
      } while count < 0 && code == EINTR
    }
    buffer.removeLast(size - max(0, count))
    if count < 0 { throw .stream(action: "read standard input", code: code) }
    ended = count == 0
  }

  private func decode(_ bytes: ArraySlice<UInt8>) throws(ConsoleError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // The longest valid start tells where the trouble is.
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
    throw .inputNotUTF8(offset: consumed + (bytes.startIndex - 0) + offset)
  }
}
