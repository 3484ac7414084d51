/// Ends a text where one of several strings begins in it, and lets no part of such a string out while it comes in pieces.
public struct StopStrings: Sendable {
  private let stops: [[UInt8]]
  /// What may yet become a stop string.
  private var held: [UInt8] = []
  /// Whether one has come.
  public private(set) var hasStopped = false

  /// - Parameter stops: empty ones never come.
  public init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// Takes the next piece of text; gives what can be shown.
  public mutating func append(_ text: String) -> String {
    guard !hasStopped else { return "" }
    held += Array(text.utf8)
    if let end = firstStop() {
      hasStopped = true
      defer { held = [] }
      return String(decoding: held[..<end], as: UTF8.self)
    }
    let kept = longestBeginning()
    let shown = held.prefix(held.count - kept)
    held = Array(held.suffix(kept))
    return String(decoding: shown, as: UTF8.self)
  }

  /// What was held back when the text ends without a stop string.
  public mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  /// Where the first stop string begins in what is held.
  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// How many of the last bytes are the beginning of a stop string.
  private func longestBeginning() -> Int {
    let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    return (0...longest).last { length in
      length == 0 || stops.contains { $0.starts(with: held.suffix(length)) }
    } ?? 0
  }
}
