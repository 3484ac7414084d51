internal import Glibc
internal import Groundwork

/// Directories that are there whole or not at all.
public enum CheckpointDirectory {
  /// Makes the directory `path` from what `body` writes into a temporary one beside it. Every file is synced, then the
  /// directory takes its name at once: a reader, or a machine that loses power, finds the earlier one or this one whole.
  /// When `body` or the disk fails, what was written is removed and the earlier directory is as it was.
  public static func write(_ path: String, _ body: (_ temporary: String) throws -> Void) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let parent = Path.parent(of: path)
    try File.createDirectory(parent)
    try removeLeftovers(in: parent.isEmpty ? "." : parent)
    let temporary = "\(path).partial-\(getpid())"
    try File.remove(temporary)
    do {
      try File.createDirectory(temporary)
      try body(temporary)
      try synchronize(temporary)
      try put(temporary, at: path)
    } catch {
      // The first error is the one to tell.
      try? File.remove(temporary)
      throw error
    }
    try File.synchronizeDirectory(parent)
  }

  /// Makes `link` point at `target`, which is relative to where the link lies, replacing what it pointed at without a
  /// moment in between.
  public static func link(_ link: String, to target: String) throws {
    let temporary = "\(link).partial-\(getpid())"
    try File.remove(temporary)
    guard symlink(target, temporary) == 0 else {
      throw FileError(action: "create the link", path: temporary, code: errno)
    }
    // Renames over a link, and not into the directory that it points at.
    try File.move(temporary, to: link)
  }

  /// Removes `NAME.partial-PID` of processes that are no more, and gives back its name to a directory that a killed process
  /// had moved aside.
  static func removeLeftovers(in parent: String) throws {
    for name in try File.list(parent) {
      if owner(of: name, after: ".partial-").map(isGone) ?? false {
        try File.remove(Path.join(parent, name))
      } else if let process = owner(of: name, after: ".earlier-"), isGone(process) {
        let earlier = Path.join(parent, name)
        let original = String(earlier.dropLast(".earlier-\(process)".count))
        if File.kind(of: original) == nil {
          try File.move(earlier, to: original)
        } else {
          try File.remove(earlier)
        }
      }
    }
  }

  private static func owner(of name: String, after mark: String) -> pid_t? {
    guard let dot = name.lastIndex(of: "."), name[dot...].hasPrefix(mark) else { return nil }
    return pid_t(name[dot...].dropFirst(mark.count))
  }

  private static func isGone(_ process: pid_t) -> Bool {
    process > 0 && kill(process, 0) != 0 && errno == ESRCH
  }

  private static func put(_ temporary: String, at path: String) throws {
    guard File.kind(of: path) != nil else {
      guard rename(temporary, path) == 0 else {
        throw FileError(action: "rename to", path: path, code: errno)
      }
      return
    }
    if exchange(temporary, path) {
      // The old directory now bears the temporary name.
      try File.remove(temporary)
      return
    }
    // A file system that cannot exchange names: the old directory stays whole under another name until the new one is there.
    let earlier = "\(path).earlier-\(getpid())"
    guard rename(path, earlier) == 0 else { throw FileError(action: "rename", path: path, code: errno) }
    guard rename(temporary, path) == 0 else {
      let code = errno
      rename(earlier, path)
      throw FileError(action: "rename to", path: path, code: code)
    }
    try File.remove(earlier)
  }

  /// Exchanges two names at once (renameat2 of Linux, which the C library's Swift module leaves out).
  private static func exchange(_ first: String, _ second: String) -> Bool {
    typealias Call =
      @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    let renameExchange: UInt32 = 2
    return unsafeBitCast(symbol, to: Call.self)(AT_FDCWD, first, AT_FDCWD, second, renameExchange) == 0
  }

  /// Makes everything in a directory durable.
  private static func synchronize(_ directory: String) throws {
    for name in try File.list(directory) {
      let path = Path.join(directory, name)
      var status = stat()
      guard lstat(path, &status) == 0 else { throw FileError(action: "read", path: path, code: errno) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try synchronize(path)
      case S_IFREG:
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(action: "open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(action: "sync", path: path, code: errno) }
      default: break
      }
    }
    try File.synchronizeDirectory(directory)
  }
}
