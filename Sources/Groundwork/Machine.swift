internal import Glibc

/// Facts about the computer, as Linux tells them; what it does not tell is nil or empty.
public struct Machine: Sendable, Equatable {
  public var processor: String
  /// Instruction sets that matter for arithmetic, as /proc/cpuinfo names them.
  public var features: [String]
  /// Processors that this process may run on.
  public var usableProcessors: Int
  public var memoryBytes: Int?
  public var availableMemoryBytes: Int?
  /// What a control group allows this process; nil without a limit.
  public var memoryLimitBytes: Int?
  /// As in "Debian GNU/Linux 12 (bookworm)".
  public var system: String
  /// As in "Linux 6.1.0".
  public var kernel: String

  public init() {
    let information = Self.text("/proc/cpuinfo")
    processor = Self.field("model name", in: information) ?? "unknown"
    let flags = Set((Self.field("flags", in: information) ?? "").split(separator: " ").map(String.init))
    features = Self.notableFeatures.filter(flags.contains)
    usableProcessors = Self.countUsableProcessors()
    let memory = Self.text("/proc/meminfo")
    memoryBytes = Self.kibibytes("MemTotal", in: memory)
    availableMemoryBytes = Self.kibibytes("MemAvailable", in: memory)
    memoryLimitBytes = Int(Self.text("/sys/fs/cgroup/memory.max").prefix { $0.isNumber })
    let release = Self.text("/etc/os-release").split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    system = release.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "unknown"
    kernel = Self.kernelName()
  }

  public static let notableFeatures = [
    "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni",
    "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8",
  ]

  /// The value after "name:" in a file of such lines.
  private static func field(_ name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), line.hasPrefix(name) else { continue }
      let key = line[..<colon].filter { $0 != "\t" }
      if key == name { return String(line[line.index(after: colon)...].drop { $0 == " " }) }
    }
    return nil
  }

  private static func kibibytes(_ name: String, in text: String) -> Int? {
    guard let value = field(name, in: text), let number = Int(value.prefix { $0.isNumber }) else {
      return nil
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }

  private static func text(_ path: String) -> String {
    guard let bytes = try? File.read(path, limit: 1 << 22) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func countUsableProcessors() -> Int {
    // A mask in hexadecimal digits, with commas between groups of eight.
    let mask = field("Cpus_allowed", in: text("/proc/self/status")) ?? ""
    let allowed = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  private static func kernelName() -> String {
    var names = utsname()
    guard uname(&names) == 0 else { return "unknown" }
    func text(_ field: some Any) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return text(names.sysname) + " " + text(names.release)
  }
}

/// Environment variables.
public enum Environment {
  /// The value of a variable; nil when it is not set or empty.
  public static subscript(name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

/// Libraries that are looked for at run time.
public enum SharedLibrary {
  /// Whether the dynamic loader finds the library. It stays loaded.
  public static func isPresent(_ name: String) -> Bool { dlopen(name, RTLD_LAZY | RTLD_LOCAL) != nil }
}
