/// A row of little bars, one value or mean of values each.
public enum Sparkline {
  /// At most `columns` characters; values that are not finite leave a gap. The lowest bar is the smallest value.
  public static func text(_ values: [Double], columns: Int, on terminal: Terminal = Terminal()) -> String {
    let means = Curve.means(of: values, count: columns)
    guard let range = Curve.range(of: means) else { return String(repeating: " ", count: means.count) }
    let bars = Array(terminal.showsUnicode ? "▁▂▃▄▅▆▇█" : "_.-=+*%#")
    let span = range.upperBound - range.lowerBound
    return String(
      means.map { mean in
        guard let mean else { return " " }
        let level = span > 0 ? (mean - range.lowerBound) / span : 0
        return bars[min(bars.count - 1, Int(level * Double(bars.count)))]
      })
  }
}

/// What plots have in common.
enum Curve {
  /// Means of `count` equal stretches, or the values themselves when there are fewer; nil where none is finite.
  static func means(of values: [Double], count: Int) -> [Double?] {
    let count = min(max(1, count), values.count)
    return (0..<count).map { piece in
      let finite = values[(piece * values.count / count)..<((piece + 1) * values.count / count)].filter(
        \.isFinite)
      return finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count)
    }
  }

  static func range(of values: [Double?]) -> ClosedRange<Double>? {
    let known = values.compactMap { $0 }
    guard let low = known.min(), let high = known.max() else { return nil }
    return low...high
  }
}
