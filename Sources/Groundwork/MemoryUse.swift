internal import Glibc

/// Memory of this process in bytes, as the kernel counts it (`/proc/self/status`, proc(5)).
public struct MemoryUse: Equatable, Sendable {
  /// In use now (VmRSS).
  public let resident: Int
  /// The most that was ever in use (VmHWM), or since `startCountingPeakAnew`.
  public let peak: Int

  /// Nil where the kernel does not tell.
  public static func now() -> MemoryUse? {
    (try? File.read("/proc/self/status")).flatMap { MemoryUse(status: String(decoding: $0, as: UTF8.self)) }
  }

  /// Makes what is in use now the peak (`/proc/self/clear_refs`, proc(5)); false where the kernel will not.
  public static func startCountingPeakAnew() -> Bool {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(descriptor, "5", 1) == 1
  }

  /// From the text of a status file.
  public init?(status: String) {
    func bytes(_ name: String) -> Int? {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
      guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
      let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
      return overflow ? nil : bytes
    }
    guard let resident = bytes("VmRSS"), let peak = bytes("VmHWM") else { return nil }
    self.resident = resident
    self.peak = peak
  }
}
