internal import Glibc

/// Writes a new file from start to end. Nothing is durable before `finish`.
public final class FileWriter {
  public let path: String
  private var descriptor: Int32

  /// Creates the file, or opens it to append. An existing file is emptied unless appending.
  public init(creating path: String, appending: Bool = false) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC), 0o666)
    guard descriptor >= 0 else { throw FileError(action: "create", path: path, code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  public func write(_ bytes: [UInt8]) throws(FileError) {
    let code = bytes.withUnsafeBytes { writeAll($0) }
    guard code == 0 else { throw FileError(action: "write", path: path, code: code) }
  }

  public func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let code = writeAll(bytes)
    guard code == 0 else { throw FileError(action: "write", path: path, code: code) }
  }

  /// Gives 0, or the `errno` of the write that failed.
  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = File.retrying { Glibc.write(descriptor, rest.baseAddress, rest.count) }
      guard count >= 0 else { return errno }
      written += count
    }
    return 0
  }

  /// Makes what was written so far durable.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(action: "sync", path: path, code: errno) }
  }

  /// Makes the content durable and closes the file.
  public func finish() throws(FileError) {
    try synchronize()
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw FileError(action: "close", path: path, code: errno) }
  }
}
