public import Groundwork

/// `curves.svg`: loss, learning rate, gradient norm and memory over the steps of a run. The picture follows the reader's
/// choice of light or dark.
public enum TrainingCurves {
  /// The names under which `MetricRecord` holds what is drawn.
  public enum Metric {
    public static let loss = "loss"
    public static let gradientNorm = "gradient_norm"
    /// Bytes.
    public static let memory = "memory_bytes"
    /// Followed by the part, as in `rate_text`.
    public static let rate = "rate_"
  }

  /// Draws the records of a run and replaces the file; a reader sees the old picture or the new one.
  public static func draw(_ records: [MetricRecord], title: String, to path: String) throws(FileError) {
    try File.writeAtomically(path, svg(records, title: title))
  }

  /// The picture as SVG 1.1.
  public static func svg(_ records: [MetricRecord], title: String) -> String {
    let panels = [
      Panel(
        title: "Loss",
        curves: [
          curve("train", 0, records, .training, Metric.loss),
          curve("validation", 1, records, .evaluation, Metric.loss, isMarked: true),
        ]),
      Panel(title: "Learning rate", curves: rateCurves(records), includesZero: true),
      Panel(
        title: "Gradient norm", curves: [curve("norm", 0, records, .training, Metric.gradientNorm)],
        includesZero: true),
      Panel(
        title: "Memory (GiB)",
        curves: [curve("resident", 0, records, .training, Metric.memory, unit: 0x1p30)], includesZero: true),
    ]
    let axis = Axis(over: [0] + records.map { Double($0.step) }, ticks: 5)
    var output = header(title: title)
    for (index, panel) in panels.enumerated() {
      let left = 70 + Double(index % 2) * 470
      let top = 84 + Double(index / 2) * 270
      output += panel.svg(left: left, top: top, width: 380, height: 190, steps: axis, number: index)
    }
    return output + "</svg>\n"
  }

  private static func curve(
    _ label: String, _ colour: Int, _ records: [MetricRecord], _ kind: MetricRecord.Kind, _ metric: String,
    unit: Double = 1, isMarked: Bool = false
  ) -> Panel.Curve {
    let samples = records.compactMap { record -> (step: Int, value: Double)? in
      guard record.kind == kind, let value = record[metric] else { return nil }
      return (record.step, value / unit)
    }
    return Panel.Curve(label: label, colour: colour, points: CurvePoints(samples), isMarked: isMarked)
  }

  /// A curve for each part of the model; parts with the same rates share one.
  private static func rateCurves(_ records: [MetricRecord]) -> [Panel.Curve] {
    var curves: [Panel.Curve] = []
    for (colour, part) in ModelPart.allCases.enumerated() {
      let own = curve(part.rawValue, colour, records, .training, Metric.rate + part.rawValue)
      if own.points.points.isEmpty { continue }
      if let same = curves.firstIndex(where: { $0.points == own.points }) {
        curves[same].label += ", " + own.label
      } else {
        curves.append(own)
      }
    }
    return curves
  }

  private static func header(title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 620" font-family="sans-serif" font-size="12">
    <title>\(SVG.escaped(title))</title>
    <style>
    .page { fill: #ffffff } .ink { fill: #24292f } .faint { fill: #57606a }
    .grid { stroke: #d8dee4; stroke-width: 1 } .frame { fill: none; stroke: #8c959f }
    .c0 { stroke: #0969da } .c1 { stroke: #cf5b00 } .c2 { stroke: #1a7f37 } .c3 { stroke: #8250df }
    .c4 { stroke: #cf222e } .b4 { fill: #cf222e }
    .b0 { fill: #0969da } .b1 { fill: #cf5b00 } .b2 { fill: #1a7f37 } .b3 { fill: #8250df }
    .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round } .band { opacity: 0.18 }
    @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 }
    .grid { stroke: #30363d } .frame { stroke: #6e7681 }
    .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .c3 { stroke: #bc8cff }
    .c4 { stroke: #ff7b72 } .b4 { fill: #ff7b72 }
    .b0 { fill: #58a6ff } .b1 { fill: #f0883e } .b2 { fill: #3fb950 } .b3 { fill: #bc8cff }
    }
    </style>
    <rect class="page" width="960" height="620"/>
    <text class="ink" x="70" y="34" font-size="17" font-weight="bold">\(SVG.escaped(title))</text>

    """
  }
}
