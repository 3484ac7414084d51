import Checkpoints
import Foundation
import Groundwork
import Synchronization
import Testing

@Suite struct CheckpointDirectoryTests {
  private func write(_ value: Float, count: Int = 4, to path: String) throws {
    try CheckpointDirectory.write(path) { temporary in
      try SafetensorsWriter.write(
        [TensorSource("w", floats: Array(repeating: value, count: count), shape: [count])],
        toDirectory: temporary)
      try File.createDirectory(temporary + "/inner")
      try File.writeAtomically(temporary + "/inner/note.txt", "\(value)")
    }
  }

  private func value(at path: String) throws -> Float? {
    try SafetensorsFile(path + "/model.safetensors").floats(of: "w").first
  }

  @Test func newReplacesOldAndLeavesNothingBeside() throws {
    let directory = try TemporaryDirectory()
    for value in [Float(1), 2] {
      try write(value, to: directory("run/step-1"))
      #expect(try self.value(at: directory("run/step-1")) == value)
    }
    #expect(try File.list(directory("run")) == ["step-1"])
  }

  @Test func failureKeepsTheEarlierOne() throws {
    struct Interruption: Error {}
    let directory = try TemporaryDirectory()
    try write(1, to: directory("step"))
    #expect(throws: Interruption.self) {
      try CheckpointDirectory.write(directory("step")) { temporary in
        try File.writeAtomically(temporary + "/half", "x")
        throw Interruption()
      }
    }
    #expect(try value(at: directory("step")) == 1)
    #expect(directory.names == ["step"])
  }

  @Test func deviceWithoutSpaceKeepsTheEarlierOne() throws {
    let directory = try TemporaryDirectory()
    try write(1, to: directory("step"))
    let error = #expect(throws: FileError.self) {
      try CheckpointDirectory.write(directory("step")) { temporary in
        // Every write to this device fails as on a full disk.
        try FileManager.default.createSymbolicLink(
          atPath: temporary + "/model.safetensors", withDestinationPath: "/dev/full")
        try SafetensorsWriter.write([TensorSource("w", floats: [2], shape: [1])], toDirectory: temporary)
      }
    }
    #expect(error?.code == ENOSPC)
    #expect(error?.sentence.contains("free some space") == true)
    #expect(try value(at: directory("step")) == 1)
    #expect(directory.names == ["step"])
  }

  private static let mayMount: Bool = {
    let probe = NSTemporaryDirectory() + "lightbox-mount-\(getpid())"
    mkdir(probe, 0o700)
    defer { rmdir(probe) }
    guard mount("none", probe, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount(probe) == 0
  }()

  @Test(.enabled(if: mayMount, "mounting a small file system needs root")) func fullDiskKeepsTheEarlierOne()
    throws
  {
    let directory = try TemporaryDirectory()
    try #require(mount("none", directory.path, "tmpfs", 0, "size=1m") == 0)
    defer { umount(directory.path) }
    try write(1, count: 100_000, to: directory("step"))
    let error = #expect(throws: FileError.self) { try write(2, count: 200_000, to: directory("step")) }
    #expect(error?.code == ENOSPC)
    #expect(directory.names == ["step"])
    #expect(try value(at: directory("step")) == 1)
    // The space is free again.
    try write(3, count: 120_000, to: directory("step"))
    #expect(try value(at: directory("step")) == 3)
  }

  @Test func leftoversOfDeadProcessesAreCleanedAndLivingOnesSpared() throws {
    let directory = try TemporaryDirectory()
    let process = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
    process.waitUntilExit()
    let dead = process.processIdentifier
    try write(5, to: directory("lost"))
    try FileManager.default.moveItem(atPath: directory("lost"), toPath: directory("lost.earlier-\(dead)"))
    try File.createDirectory(directory("step-1.partial-\(dead)"))
    try File.createDirectory(directory("step-1.partial-1"))
    try File.createDirectory(directory("notes.partial-x"))
    try write(1, to: directory("step-2"))
    #expect(directory.names == ["lost", "notes.partial-x", "step-1.partial-1", "step-2"])
    #expect(try value(at: directory("lost")) == 5)
  }

  @Test func readerNeverMissesACheckpointWhileItIsReplaced() async throws {
    let directory = try TemporaryDirectory()
    let path = directory("step")
    try write(0, to: path)
    final class Flag: Sendable { let isSet = Atomic(false) }
    let done = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { done.isSet.store(true, ordering: .releasing) }
        for value in 1...40 { try write(Float(value), to: path) }
      }
      group.addTask {
        while !done.isSet.load(ordering: .acquiring) { _ = try SafetensorsFile(path + "/model.safetensors") }
      }
      try await group.waitForAll()
    }
    #expect(try value(at: path) == 40)
  }

  @Test func linkIsMovedAtOnce() throws {
    let directory = try TemporaryDirectory()
    for value in [Float(1), 2] {
      try write(value, to: directory("checkpoints/step-\(Int(value))"))
      try CheckpointDirectory.link(directory("best"), to: "checkpoints/step-\(Int(value))")
      #expect(try self.value(at: directory("best")) == value)
    }
    #expect(directory.names == ["best", "checkpoints"])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: directory("best")) == "checkpoints/step-2")
    // A directory is never replaced by a link.
    #expect(throws: FileError.self) { try CheckpointDirectory.link(directory("checkpoints"), to: "best") }
    #expect(directory.names == ["best", "checkpoints"])
  }
}
