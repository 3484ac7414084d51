import Foundation
import Groundwork

/// The built `lightbox`, run as a person or a program would.
struct Binary {
  struct Result {
    let code: Int32
    let output: String
    let messages: String

    var json: JSON? { try? JSON(parsing: output) }
  }

  /// Beside the test runner, where the package manager puts both.
  static var path: String {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    var directory = URL(fileURLWithPath: runner).deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = directory.appendingPathComponent("lightbox").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      directory.deleteLastPathComponent()
    }
    // Some versions of the toolchain run the tests from a program of their own.
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/debug/lightbox").path
  }

  /// Runs with the words, the input and the variables given; its environment is otherwise empty but for the locale.
  @discardableResult
  static func run(
    _ words: String..., input: [UInt8] = [], variables: [String: String] = [:]
  ) throws -> Result {
    try run(words, input: input, variables: variables)
  }

  @discardableResult
  static func run(
    _ words: [String], input: [UInt8] = [], variables: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = words
    process.environment = ["LANG": "C.UTF-8"].merging(variables) { $1 }
    let streams = try (0..<3).map { _ in try Self.temporaryFile() }
    try streams[0].write(contentsOf: Data(input))
    try streams[0].seek(toOffset: 0)
    process.standardInput = streams[0]
    process.standardOutput = streams[1]
    process.standardError = streams[2]
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try text(streams[1]), messages: try text(streams[2]))
  }

  private static func temporaryFile() throws -> FileHandle {
    guard let file = tmpfile() else {
      throw FileError(action: "create", path: "a temporary file", code: errno)
    }
    defer { fclose(file) }
    return FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
  }

  private static func text(_ stream: FileHandle) throws -> String {
    try stream.seek(toOffset: 0)
    return String(decoding: try stream.readToEnd() ?? Data(), as: UTF8.self)
  }
}

/// A directory that is there as long as this object.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "lightbox-test-" + UUID().uuidString
    try File.createDirectory(path)
  }

  deinit { try? File.remove(path) }

  /// Writes a file, with the directories above it, and gives its path.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = Path.join(path, name)
    try File.createDirectory(Path.parent(of: file))
    try File.writeAtomically(file, bytes)
    return file
  }

  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}
