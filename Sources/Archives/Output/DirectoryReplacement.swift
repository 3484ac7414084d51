internal import Glibc
internal import Groundwork

/// Puts a directory in the place of another so that a reader finds the one or the other whole.
enum DirectoryReplacement {
  private static let temporaryPrefix = ".partial-"

  /// Makes the directory `path` from what `body` writes, and syncs, into a temporary one beside it.
  static func write(_ path: String, _ body: (_ temporary: String) throws -> Void) throws {
    let parent = Path.parent(of: path)
    let temporary = Path.join(parent, temporaryPrefix + Path.name(of: path))
    try File.remove(temporary)
    do {
      try File.createDirectory(temporary)
      try body(temporary)
      try File.synchronizeDirectory(temporary)
      try put(temporary, at: path)
    } catch {
      // The first error is the one to tell.
      try? File.remove(temporary)
      throw error
    }
    try File.synchronizeDirectory(parent)
  }

  /// Removes what a killed run left. Only the run that holds the journal may.
  static func removeLeftovers(in parent: String) throws {
    for name in try File.list(parent) where name.hasPrefix(temporaryPrefix) {
      try File.remove(Path.join(parent, name))
    }
  }

  private static func put(_ temporary: String, at path: String) throws {
    if File.kind(of: path) == nil {
      guard rename(temporary, path) == 0 else {
        throw FileError(action: "rename to", path: path, code: errno)
      }
    } else if exchange(temporary, path) {
      try File.remove(temporary)
    } else {
      // A file system that cannot exchange names. A run that dies in between makes the report again.
      try File.remove(path)
      guard rename(temporary, path) == 0 else {
        throw FileError(action: "rename to", path: path, code: errno)
      }
    }
  }

  /// Exchanges two names at once (renameat2 of Linux, which the C library's Swift module leaves out).
  private static func exchange(_ first: String, _ second: String) -> Bool {
    typealias Call =
      @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    let renameExchange: UInt32 = 2
    return unsafeBitCast(symbol, to: Call.self)(AT_FDCWD, first, AT_FDCWD, second, renameExchange) == 0
  }
}
