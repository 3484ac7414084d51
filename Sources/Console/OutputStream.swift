internal import Glibc
internal import Synchronization

/// A standard stream. What is written waits in memory until there is much of it or `flush` is called.
public final class OutputStream: Sendable {
  private let descriptor: Int32
  private let name: String
  private let threshold: Int
  private let pending = Mutex<[UInt8]>([])

  public init(descriptor: Int32, name: String, buffers: Bool = true) {
    self.descriptor = descriptor
    self.name = name
    threshold = buffers ? 1 << 16 : 0
  }

  public func write(_ text: String) throws(ConsoleError) {
    try pending.withLock { bytes throws(ConsoleError) in
      bytes.append(contentsOf: text.utf8)
      if bytes.count >= threshold { try drain(&bytes) }
    }
  }

  /// Hands everything to the operating system.
  public func flush() throws(ConsoleError) {
    try pending.withLock { bytes throws(ConsoleError) in try drain(&bytes) }
  }

  private func drain(_ bytes: inout [UInt8]) throws(ConsoleError) {
    var written = 0
    var code: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count >= 0 {
          written += count
        } else if errno != EINTR {
          code = errno
          return
        }
      }
    }
    bytes.removeAll(keepingCapacity: true)
    if code != 0 { throw .stream(action: "write to \(name)", code: code) }
  }
}
