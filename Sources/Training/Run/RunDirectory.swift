internal import Glibc
public import Groundwork

/// The directory of a run: `recipe.yaml`, metrics, curves and checkpoints. One process at a time writes it.
public final class RunDirectory {
  public enum Link: String, Sendable { case best, last }

  public let path: String
  /// Held locked for as long as this object lives; the system lets go of it when the process ends in any way.
  private let descriptor: Int32

  public var recipePath: String { Path.join(path, "recipe.yaml") }
  public var metricsPath: String { Path.join(path, "metrics.jsonl") }
  public var curvesPath: String { Path.join(path, "curves.svg") }

  /// Begins a run: makes the directory and writes the recipe with every default. A directory that holds a run is refused.
  public static func create(_ path: String, recipe: Recipe) throws -> RunDirectory {
    try File.createDirectory(Path.join(path, "checkpoints"))
    let directory = try RunDirectory(locking: path)
    guard File.kind(of: directory.recipePath) == nil else {
      throw TrainingError.run(
        path: path,
        reason: "there is a run in this directory; go on with it by --resume, or name another with -o")
    }
    try File.writeAtomically(
      directory.recipePath, "# What was run, every default written out.\n" + recipe.yaml)
    return directory
  }

  /// Goes on with a run. A recipe that would make it another run is refused.
  public static func resume(_ path: String, recipe: Recipe) throws -> RunDirectory {
    guard File.kind(of: path) == .directory, File.kind(of: Path.join(path, "recipe.yaml")) != nil else {
      throw TrainingError.run(
        path: path, reason: "there is no run to go on with; leave --resume out to begin one")
    }
    let directory = try RunDirectory(locking: path)
    let conflicts = recipe.conflicts(resuming: try RecipeFile(directory.recipePath).recipe)
    guard conflicts.isEmpty else {
      throw TrainingError.run(
        path: path,
        reason: "the run was begun with another \(conflicts.joined(separator: ", ")); "
          + "give the recipe it was begun with, or begin a new run with -o")
    }
    return directory
  }

  private init(locking path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(action: "open", path: path, code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw FileError(action: "lock", path: path, code: code) }
      throw TrainingError.run(
        path: path, reason: "another process is writing this run; wait for it, or name another with -o")
    }
  }

  deinit { close(descriptor) }

  public func checkpointPath(step: Int) -> String { Path.join(path, Self.checkpointName(step)) }

  /// The steps of the checkpoints that are there, in rising order.
  public func checkpoints() throws(FileError) -> [Int] {
    try File.list(Path.join(path, "checkpoints")).compactMap { name in
      name.hasPrefix("step-") ? Int(name.dropFirst(5)).flatMap { $0 >= 0 ? $0 : nil } : nil
    }.sorted()
  }

  /// Points `best` or `last` at a checkpoint; a reader sees the old one or the new one.
  public func point(_ link: Link, at step: Int) throws(FileError) {
    let temporary = Path.join(path, ".\(link.rawValue).\(getpid()).partial")
    unlink(temporary)
    guard symlink(Self.checkpointName(step), temporary) == 0 else {
      throw FileError(action: "link", path: temporary, code: errno)
    }
    try File.move(temporary, to: Path.join(path, link.rawValue))
  }

  /// The step of the checkpoint that a link points at; nil when there is no link, or no such checkpoint any more.
  public func step(of link: Link) -> Int? {
    var target = [UInt8](repeating: 0, count: 4096)
    let count = target.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { readlink(Path.join(path, link.rawValue), $0, buffer.count) } ?? -1
    }
    guard count > 0 else { return nil }
    let name = Path.name(of: String(decoding: target.prefix(count), as: UTF8.self))
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)),
      File.kind(of: checkpointPath(step: step)) == .directory
    else { return nil }
    return step
  }

  /// Removes checkpoints but for the newest `count` and what the links point at.
  public func prune(keeping count: Int) throws(FileError) {
    let linked = [step(of: .best), step(of: .last)]
    for step in try checkpoints().dropLast(count) where !linked.contains(step) {
      try File.remove(checkpointPath(step: step))
    }
  }

  private static func checkpointName(_ step: Int) -> String { "checkpoints/step-\(step)" }
}
