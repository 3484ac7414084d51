internal import Glibc
internal import Groundwork

/// The files of a tree in a fixed order, a directory at a time: a directory's files by name, then its directories by name.
/// Hidden names and links are passed over, so that a walk ends and stays inside.
struct FolderWalk {
  enum Step {
    /// A file, by its path relative to the root.
    case file(String)
    /// A directory that could not be listed.
    case unreadable(String, FileError)
  }

  let root: String
  private let excluded: FileIdentity?
  /// The last is next.
  private var files: [String] = []
  private var directories = [""]

  /// `excluded`: a directory that is not entered, such as the one that the reports go to.
  init(_ root: String, excluding excluded: String? = nil) {
    self.root = root
    self.excluded = excluded.flatMap(FileIdentity.init)
  }

  mutating func next() -> Step? {
    while files.isEmpty {
      guard let directory = directories.popLast() else { return nil }
      do throws(FileError) {
        try enter(directory)
      } catch {
        return .unreadable(directory, error)
      }
    }
    return files.popLast().map(Step.file)
  }

  private mutating func enter(_ directory: String) throws(FileError) {
    let names = try File.list(directory.isEmpty ? root : Path.join(root, directory))
    for name in names.reversed() where !name.hasPrefix(".") {
      let path = Path.join(directory, name)
      var status = stat()
      guard lstat(Path.join(root, path), &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(path)
      case S_IFDIR where FileIdentity(status) != excluded: directories.append(path)
      default: break
      }
    }
  }

  /// How many files the walk will give.
  static func count(_ root: String, excluding excluded: String? = nil) -> Int {
    var walk = FolderWalk(root, excluding: excluded)
    var count = 0
    while let step = walk.next() {
      if case .file = step { count += 1 }
    }
    return count
  }
}

/// The same for all names of a file or directory.
private struct FileIdentity: Equatable {
  let device: UInt
  let number: UInt

  init(_ status: stat) {
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
