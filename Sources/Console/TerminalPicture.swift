/// A grey image, perhaps with a heat map over it, drawn with characters: half blocks in colour, or letters of rising
/// density where there is none.
public struct TerminalPicture: Sendable {
  public let width: Int
  public let height: Int
  private let grey: [Float]
  private let heat: [Float]?

  /// `grey`: height × width values, 0 black … 1 white. `heat`: as many, 0 nothing … 1 most.
  public init(width: Int, height: Int, grey: [Float], heat: [Float]? = nil) throws(ConsoleError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, grey.count == count, heat.map({ $0.count == count }) ?? true
    else {
      throw .pictureShape(width: width, height: height, values: grey.count)
    }
    self.width = width
    self.height = height
    self.grey = grey
    self.heat = heat
  }

  /// Lines that fit the terminal, each with its line break. A character cell counts as twice as high as wide.
  public func text(on terminal: Terminal) -> String {
    let columnLimit = max(1, min(terminal.columns, width))
    let rowLimit = terminal.isInteractive ? max(4, terminal.rows - 2) : Int.max
    let aspect = Double(height) / Double(width)
    var columns = columnLimit
    if Double(columns) * aspect / 2 > Double(rowLimit) {
      columns = max(1, Int(Double(rowLimit) * 2 / aspect))
    }
    let rows = min(rowLimit, max(1, Int((Double(columns) * aspect / 2).rounded())))
    let usesBlocks = terminal.showsUnicode && terminal.colours >= .indexed
    let pixels = reduced(grey, columns, rows * 2)
    let warmth = heat.map { reduced($0, columns, rows * 2) }
    return usesBlocks
      ? blocks(pixels, warmth, columns, rows, terminal.colours)
      : letters(pixels, columns, rows)
  }

  /// Means over boxes of the source, `columns` × `rows` of them; values clamped to 0 … 1.
  private func reduced(_ values: [Float], _ columns: Int, _ rows: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(columns * rows)
    for row in 0..<rows {
      let top = row * height / rows
      let bottom = max(top + 1, (row + 1) * height / rows)
      for column in 0..<columns {
        let left = column * width / columns
        let right = max(left + 1, (column + 1) * width / columns)
        var sum: Float = 0
        for line in top..<bottom {
          for place in left..<right { sum += values[line * width + place] }
        }
        let mean = sum / Float((bottom - top) * (right - left))
        result.append(mean.isFinite ? min(1, max(0, mean)) : 0)
      }
    }
    return result
  }

  /// Each cell shows two pixels: the upper half block in the colour of the upper one on the colour of the lower one.
  private func blocks(
    _ pixels: [Float], _ warmth: [Float]?, _ columns: Int, _ rows: Int, _ colours: Terminal.Colours
  ) -> String {
    func colour(_ index: Int) -> TerminalColour {
      TerminalColour(grey: pixels[index], heat: warmth?[index] ?? 0)
    }
    var text = ""
    for row in 0..<rows {
      var before: (upper: TerminalColour, lower: TerminalColour)?
      for column in 0..<columns {
        let upper = colour(2 * row * columns + column)
        let lower = colour((2 * row + 1) * columns + column)
        if before?.upper != upper { text += upper.foreground(colours) }
        if before?.lower != lower { text += lower.background(colours) }
        before = (upper, lower)
        text += "▀"
      }
      text += "\u{1B}[0m\n"
    }
    return text
  }

  private func letters(_ pixels: [Float], _ columns: Int, _ rows: Int) -> String {
    let ramp = Array(" .:-=+*#%@")
    var text = ""
    for row in 0..<rows {
      for column in 0..<columns {
        let mean = (pixels[2 * row * columns + column] + pixels[(2 * row + 1) * columns + column]) / 2
        text.append(ramp[min(ramp.count - 1, Int(mean * Float(ramp.count)))])
      }
      text += "\n"
    }
    return text
  }
}
