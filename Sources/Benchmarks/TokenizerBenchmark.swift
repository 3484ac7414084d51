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
    /// Whole passes over the text, on one thread.
    public let passes: Measurement

    public var bytesPerSecond: Double { Double(bytes) / passes.median }
    public var tokensPerSecond: Double { Double(tokens) / passes.median }
  }

  public static func run(
    _ tokenizerPath: String, text path: String, passes: Int, onPass: () -> Void = {}
  ) throws -> Result {
    let start = monotonicSeconds()
    let tokenizer = try Tokenizer(tokenizerPath)
    let loading = monotonicSeconds() - start
    let text = String(decoding: try File.read(path), as: UTF8.self)
    guard !text.isEmpty else { throw BenchmarksError.noText(path: path) }
    let lines = text.split(separator: "\n").map(String.init)
    var tokens = 0
    let measurement = Measurement(warmUp: 0, repetitions: passes) {
      tokens = lines.reduce(0) { $0 + tokenizer.encode($1, addSpecial: false).count }
      onPass()
    }
    return Result(
      bytes: text.utf8.count, lines: lines.count, tokens: tokens, loadingSeconds: loading, passes: measurement
    )
  }
}
