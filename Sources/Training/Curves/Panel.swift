internal import Groundwork

/// Small texts of SVG.
enum SVG {
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { output, character in
      switch character {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      default: output.append(character)
      }
    }
  }

  /// A coordinate to a tenth of a unit.
  static func number(_ value: Double) -> String { value.text(decimals: 1) }
}

/// One plot of `TrainingCurves`: curves over steps with axes and a legend.
struct Panel {
  struct Curve {
    var label: String
    /// Which of the five colours.
    let colour: Int
    let points: CurvePoints
    /// Whether each point is worth a mark, as of few.
    var isMarked = false
  }

  let title: String
  let curves: [Curve]
  var includesZero = false

  /// The plot's inner corner and size, in the picture's units; labels stand outside. `number` tells panels apart.
  func svg(left: Double, top: Double, width: Double, height: Double, steps: Axis, number: Int) -> String {
    let values = curves.flatMap { $0.points.points.map(\.mean) }
    let axis = Axis(over: values, ticks: 4, includingZero: includesZero)
    let frame = Frame(left: left, top: top, width: width, height: height, steps: steps, values: axis)
    var output = "<g>\n"
    output += text(title, "ink", left, top - 12, "start", style: " font-size=\"14\" font-weight=\"bold\"")
    for tick in axis.ticks {
      let y = SVG.number(frame.y(tick))
      output += "<path class=\"grid\" d=\"M\(SVG.number(left)) \(y)H\(SVG.number(left + width))\"/>\n"
      output += text(axis.label(tick), "faint", left - 8, frame.y(tick) + 4, "end")
    }
    for tick in steps.ticks {
      output += text(steps.label(tick), "faint", frame.x(tick), top + height + 17, "middle")
    }
    output += text("step", "faint", left + width, top + height + 33, "end")
    let size = "width=\"\(SVG.number(width))\" height=\"\(SVG.number(height))\""
    let corner = "x=\"\(SVG.number(left))\" y=\"\(SVG.number(top))\""
    output += "<clipPath id=\"panel\(number)\"><rect \(corner) \(size)/></clipPath>\n"
    output += "<g clip-path=\"url(#panel\(number))\">\n"
    for curve in curves { output += band(curve, frame) + line(curve, frame) }
    output += "</g>\n<rect class=\"frame\" \(corner) \(size)/>\n"
    if values.isEmpty {
      output += text("nothing measured yet", "faint", left + width / 2, top + height / 2, "middle")
    }
    return output + legend(frame) + "</g>\n"
  }

  private struct Frame {
    let left, top, width, height: Double
    let steps, values: Axis

    func x(_ step: Double) -> Double { left + width * steps.place(of: step) }
    func y(_ value: Double) -> Double { top + height * (1 - values.place(of: value)) }
    func point(_ step: Double, _ value: Double) -> String {
      "\(SVG.number(x(step))) \(SVG.number(y(value)))"
    }
  }

  private func line(_ curve: Curve, _ frame: Frame) -> String {
    let points = curve.points.points
    guard !points.isEmpty else { return "" }
    let path = points.map { frame.point($0.step, $0.mean) }.joined(separator: "L")
    var output = "<path class=\"curve c\(curve.colour)\" d=\"M\(path)\"/>\n"
    // A line through one point is not to be seen.
    if (curve.isMarked && points.count <= 60) || points.count == 1 {
      for point in points {
        let place =
          "cx=\"\(SVG.number(frame.x(point.step)))\" cy=\"\(SVG.number(frame.y(point.mean)))\""
        output += "<circle class=\"b\(curve.colour)\" \(place) r=\"2.6\"/>\n"
      }
    }
    return output
  }

  /// The spread of the measurements that a point stands for.
  private func band(_ curve: Curve, _ frame: Frame) -> String {
    guard curve.points.hasSpread else { return "" }
    let points = curve.points.points
    let above = points.map { frame.point($0.step, $0.high) }
    let below = points.reversed().map { frame.point($0.step, $0.low) }
    return "<path class=\"band b\(curve.colour)\" d=\"M\((above + below).joined(separator: "L"))Z\"/>\n"
  }

  /// At the upper right, where falling curves leave room.
  private func legend(_ frame: Frame) -> String {
    var output = ""
    for (row, curve) in curves.filter({ !$0.points.points.isEmpty }).enumerated() {
      let y = frame.top + 18 + Double(row) * 17
      let right = frame.left + frame.width - 10
      output += text(curve.label, "ink", right - 26, y, "end")
      output +=
        "<path class=\"curve c\(curve.colour)\" d=\"M\(SVG.number(right - 20)) \(SVG.number(y - 4))h20\"/>\n"
    }
    return output
  }

  private func text(
    _ text: String, _ ink: String, _ x: Double, _ y: Double, _ anchor: String, style: String = ""
  ) -> String {
    "<text class=\"\(ink)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" text-anchor=\"\(anchor)\"\(style)>"
      + SVG.escaped(text) + "</text>\n"
  }
}
