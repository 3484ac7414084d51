/// Rows of cells in columns as wide as their widest cell; Chinese counts double.
public struct Table: Sendable {
  public struct Column: Sendable {
    public enum Alignment: Sendable { case left, right }

    public let title: String
    public let alignment: Alignment

    public init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  public let columns: [Column]
  public private(set) var rows: [[String]] = []

  public init(columns: [Column]) { self.columns = columns }

  /// Missing cells are empty; cells beyond the last column are left out. Line breaks become spaces.
  public mutating func add(_ cells: String...) { add(cells) }

  public mutating func add(_ cells: [String]) {
    let given = cells.prefix(columns.count).map { cell in
      DisplayWidth.printable(cell.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    rows.append(given + Array(repeating: "", count: columns.count - given.count))
  }

  /// The table as lines that each end with a line break. On a terminal the widest column gives way so that lines fit; titles
  /// are left out when all are empty.
  public func text(on terminal: Terminal = Terminal()) -> String {
    let hasTitles = columns.contains { !$0.title.isEmpty }
    let all = (hasTitles ? [columns.map(\.title)] : []) + rows
    var widths = columns.indices.map { column in all.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
    if terminal.isInteractive { narrow(&widths, to: terminal.columns) }
    var lines = all.map { line($0, widths) }
    if hasTitles {
      lines[0] = Style.strong.painted(lines[0], on: terminal)
      let rule = terminal.showsUnicode ? "─" : "-"
      lines.insert(widths.map { String(repeating: rule, count: $0) }.joined(separator: "  "), at: 1)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let shown = DisplayWidth.truncated(cell, to: widths[index])
      if index > 0 { line += "  " }
      line +=
        columns[index].alignment == .right
        ? DisplayWidth.paddedLeft(shown, to: widths[index]) : DisplayWidth.padded(shown, to: widths[index])
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Takes from the widest column until the line fits, but leaves each at least eight columns.
  private func narrow(_ widths: inout [Int], to limit: Int) {
    let spaces = 2 * max(0, widths.count - 1)
    while widths.reduce(spaces, +) > limit, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
      let excess = widths.reduce(spaces, +) - limit
      let next = max(8, widths.enumerated().filter { $0.offset != widest }.map(\.element).max() ?? 8)
      if widths[widest] <= 8 { return }
      widths[widest] = max(8, min(widths[widest] - 1, max(widths[widest] - excess, next - 1)))
    }
  }
}
