internal import Glibc

/// Reads the lines of a file one after the other in constant memory, however long the file is.
public final class LineReader {
  public let path: String
  /// The number of the line that `next` gave last, from 1.
  public private(set) var lineNumber = 0
  /// Where the line that `next` gave last starts, in bytes.
  public private(set) var lineOffset = 0

  private let descriptor: Int32
  private let lineLimit: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var consumed = 0
  private var ended = false

  /// `lineLimit`: the longest line in bytes; a longer one is an error rather than a memory exhausted.
  public init(_ path: String, startingAt offset: Int = 0, lineLimit: Int = 64 << 20) throws(FileError) {
    self.path = path
    self.lineLimit = lineLimit
    descriptor = try File.openForReading(path)
    if offset > 0 {
      guard lseek(descriptor, offset, SEEK_SET) == offset else {
        throw FileError(action: "read", path: path, code: errno)
      }
      consumed = offset
    }
  }

  deinit { close(descriptor) }

  /// The next line without its end ("\n" or "\r\n"); nil at the end of the file.
  public func next() throws(FileError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = newline(from: searched) {
        return take(upTo: end, skipping: 1)
      }
      if ended {
        return start < buffer.count ? take(upTo: buffer.count, skipping: 0) : nil
      }
      if buffer.count - start > lineLimit {
        throw FileError(action: "read a line of", path: path, code: EFBIG)
      }
      searched = try fill()
    }
  }

  private func newline(from position: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, position < bytes.count,
        let found = memchr(base + position, 10, bytes.count - position)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func take(upTo end: Int, skipping separator: Int) -> [UInt8] {
    var stop = end
    if separator > 0, stop > start, buffer[stop - 1] == UInt8(ascii: "\r") { stop -= 1 }
    let line = Array(buffer[start..<stop])
    lineNumber += 1
    lineOffset = consumed
    consumed += end + separator - start
    start = end + separator
    return line
  }

  /// Reads on; gives the place in the buffer where the new bytes start.
  private func fill() throws(FileError) -> Int {
    buffer.removeFirst(start)
    start = 0
    let old = buffer.count
    let chunkSize = 1 << 18
    buffer.append(contentsOf: repeatElement(0, count: chunkSize))
    let count = buffer.withUnsafeMutableBytes { bytes in
      File.retrying { read(descriptor, bytes.baseAddress?.advanced(by: old), chunkSize) }
    }
    guard count >= 0 else { throw FileError(action: "read", path: path, code: errno) }
    buffer.removeLast(chunkSize - count)
    ended = count == 0
    return old
  }
}
