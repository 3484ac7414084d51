import Groundwork
import Tokenization

/// Turning a text into tokens, line by line.
public struct TokenizerBenchmark {
  public struct Result: Sendable {
    public let bytes: Int
    public let lines: Int
    public let tokens: Int
    /// Opening the tokenizer.
    public let loadingSeconds: Double
    /// Whole passes over the text, for each number of threads.
    public let runs: [Run]
  }

  public struct Run: Sendable {
    public let threads: Int
    public let passes: Measurement
  }

  /// Passes on one thread, and, where `threads` is more, as many on those.
  public static func run(
    _ tokenizerPath: String, text path: String, passes: Int, threads: Int = 1, onPass: () -> Void = {}
  ) throws -> Result {
    let start = monotonicSeconds()
    let tokenizer = try Tokenizer(tokenizerPath)
    let loading = monotonicSeconds() - start
    let text = String(decoding: try File.read(path), as: UTF8.self)
    guard !text.isEmpty else { throw BenchmarksError.noText(path: path) }
    let lines = text.split(separator: "\n").map(String.init)
    var tokens = 0
    let runs = try (threads > 1 ? [1, threads] : [1]).map { threads in
      let passes = try Measurement(warmUp: 0, repetitions: passes) {
        let ids = try tokenizer.encode(lines, addSpecial: false, threads: threads)
        tokens = ids.reduce(0) { $0 + $1.count }
        onPass()
      }
      return Run(threads: threads, passes: passes)
    }
    return Result(
      bytes: text.utf8.count, lines: lines.count, tokens: tokens, loadingSeconds: loading, runs: runs)
  }
}
