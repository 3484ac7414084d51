internal import Glibc

/// Whole files and directories; every failure is a `FileError` that names the path.
public enum File {
  public enum Kind: Sendable { case regular, directory, other }

  /// What is at `path`, following links; nil when nothing is.
  public static func kind(of path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .regular
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// The size of a file in bytes.
  public static func size(of path: String) throws(FileError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
    return Int(status.st_size)
  }

  /// The bytes of a file, which must be at most `limit` bytes long.
  public static func read(_ path: String, limit: Int = Int.max) throws(FileError) -> [UInt8] {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(action: "read", path: path, code: EISDIR)
    }
    guard Int(status.st_size) <= limit else { throw FileError(action: "read", path: path, code: EFBIG) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    let chunkSize = 1 << 16
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunkSize))
      let count = bytes.withUnsafeMutableBytes { buffer in
        retrying { Glibc.read(descriptor, buffer.baseAddress?.advanced(by: start), chunkSize) }
      }
      guard count >= 0 else { throw FileError(action: "read", path: path, code: errno) }
      bytes.removeLast(chunkSize - count)
      guard bytes.count <= limit else { throw FileError(action: "read", path: path, code: EFBIG) }
      if count == 0 { return bytes }
    }
  }

  /// Writes a file so that a reader sees the old content or the new one, never a part: a temporary file beside it, synced,
  /// then renamed over it.
  public static func writeAtomically(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    let temporary = "\(path).\(getpid()).partial"
    let writer = try FileWriter(creating: temporary)
    do {
      try writer.write(bytes)
      try writer.finish()
    } catch {
      unlink(temporary)
      throw error
    }
    try move(temporary, to: path)
  }

  public static func writeAtomically(_ path: String, _ text: String) throws(FileError) {
    try writeAtomically(path, Array(text.utf8))
  }

  /// Renames, replacing what is at the new path, and makes the renaming durable.
  public static func move(_ path: String, to newPath: String) throws(FileError) {
    guard rename(path, newPath) == 0 else {
      let code = errno
      unlink(path)
      throw FileError(action: "rename to", path: newPath, code: code)
    }
    try synchronizeDirectory(Path.parent(of: newPath))
  }

  /// Creates a directory and those above it; it may be there already.
  public static func createDirectory(_ path: String) throws(FileError) {
    if path.isEmpty || kind(of: path) == .directory { return }
    try createDirectory(Path.parent(of: path))
    if mkdir(path, 0o777) != 0, errno != EEXIST || kind(of: path) != .directory {
      throw FileError(action: "create the directory", path: path, code: errno)
    }
  }

  /// The names in a directory, sorted by their bytes, without "." and "..".
  public static func list(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else { throw FileError(action: "list", path: path, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file, or a directory with everything in it; nothing there is no error. Links are removed, not followed.
  public static func remove(_ path: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try list(path) { try remove(Path.join(path, name)) }
      guard rmdir(path) == 0 else { throw FileError(action: "remove", path: path, code: errno) }
    } else {
      guard unlink(path) == 0 else { throw FileError(action: "remove", path: path, code: errno) }
    }
  }

  /// Makes the names in a directory durable.
  public static func synchronizeDirectory(_ path: String) throws(FileError) {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(action: "open", path: path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(action: "sync", path: path, code: errno) }
  }

  static func openForReading(_ path: String) throws(FileError) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(action: "read", path: path, code: errno) }
    return descriptor
  }

  /// Repeats a system call that a signal interrupted.
  static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
