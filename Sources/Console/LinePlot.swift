internal import Groundwork

/// A curve drawn with braille dots (or stars), with its least and greatest value at the side.
public struct LinePlot: Sendable {
  public let title: String
  public let values: [Double]

  public init(_ title: String, _ values: [Double]) {
    self.title = title
    self.values = values
  }

  /// `rows` lines below a line with the title, each with its line break; at most as wide as the terminal.
  public func text(rows: Int = 8, on terminal: Terminal = Terminal()) -> String {
    let rows = max(2, rows)
    guard let extent = Curve.range(of: values.map { $0.isFinite ? $0 : nil }) else {
      return "\(title): no values\n"
    }
    let labels = [extent.upperBound, extent.lowerBound].map(Self.label)
    let margin = labels.map { DisplayWidth.of($0) }.max() ?? 0
    let columns = max(4, min(terminal.columns, 100) - margin - 3)
    let grid = terminal.showsUnicode ? (across: 2, down: 4) : (across: 1, down: 1)
    let marked = marks(columns * grid.across, rows * grid.down, extent)
    var text = Style.strong.painted(title, on: terminal) + "\n"
    for row in 0..<rows {
      let label = row == 0 ? labels[0] : row == rows - 1 ? labels[1] : ""
      text += DisplayWidth.paddedLeft(label, to: margin) + (terminal.showsUnicode ? " │" : " |")
      var line = ""
      for column in 0..<columns {
        line.unicodeScalars.append(Self.cell(marked, row, column, columns * grid.across, grid))
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  /// Which of the dots the curve goes through; neighbours are joined by vertical strokes.
  private func marks(_ columns: Int, _ rows: Int, _ extent: ClosedRange<Double>) -> [Bool] {
    var marked = [Bool](repeating: false, count: columns * rows)
    let means = Curve.means(of: values, count: columns)
    let span = extent.upperBound - extent.lowerBound
    var before: Int?
    for (index, mean) in means.enumerated() {
      guard let mean else {
        before = nil
        continue
      }
      let level = span > 0 ? (extent.upperBound - mean) / span : 0.5
      let row = min(rows - 1, max(0, Int((level * Double(rows - 1)).rounded())))
      // Few values spread over the whole width.
      let place = means.count == columns ? index : index * (columns - 1) / max(1, means.count - 1)
      let low = min(row, before ?? row)
      let high = max(row, before ?? row)
      for stroke in low...high { marked[stroke * columns + place] = true }
      before = row
    }
    return marked
  }

  /// The character for a cell of dots: Unicode braille patterns number their dots 1 2 3 7 down the left, 4 5 6 8 down the right.
  private static func cell(
    _ marked: [Bool], _ row: Int, _ column: Int, _ width: Int, _ grid: (across: Int, down: Int)
  ) -> Unicode.Scalar {
    if grid.down == 1 { return marked[row * width + column] ? "*" : " " }
    let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    var pattern: UInt32 = 0x2800
    for down in 0..<4 {
      for across in 0..<2 where marked[(row * 4 + down) * width + column * 2 + across] {
        pattern |= bits[down][across]
      }
    }
    return pattern == 0x2800 ? " " : Unicode.Scalar(pattern) ?? " "
  }

  private static func label(_ value: Double) -> String {
    let size = value.magnitude
    if size > 0, size < 0.001 || size >= 1e6 {
      var exponent = 0
      var digits = value
      while digits.magnitude >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
      while digits.magnitude < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
      return digits.text(decimals: 2) + "e\(exponent)"
    }
    return value.text(decimals: size >= 100 ? 1 : 4)
  }
}
