internal import Glibc

/// A file mapped read-only into memory: pages are read when touched, so a large checkpoint costs nothing to open.
/// The mapping lives as long as this object.
public final class MappedFile: @unchecked Sendable {  // The memory is never written.
  public let path: String
  public let bytes: UnsafeRawBufferPointer

  public init(_ path: String) throws(FileError) {
    self.path = path
    let descriptor = try File.openForReading(path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(action: "map", path: path, code: EISDIR) }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
      throw FileError(action: "map", path: path, code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: memory, count: size)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }
}
