/// A curve brought down to as many points as can be told apart: each stands for some measurements in a row.
struct CurvePoints: Equatable {
  struct Point: Equatable {
    let step: Double
    let mean: Double
    let low: Double
    let high: Double
  }

  let points: [Point]

  /// `samples`: steps in rising order with values; what is no finite number is left out.
  init(_ samples: [(step: Int, value: Double)], limit: Int = 160) {
    let finite = samples.filter { $0.value.isFinite }
    let size = max(1, (finite.count + limit - 1) / limit)
    points = stride(from: 0, to: finite.count, by: size).map { start in
      let group = finite[start..<min(start + size, finite.count)]
      let values = group.map(\.value)
      let count = Double(group.count)
      return Point(
        step: group.reduce(0) { $0 + Double($1.step) } / count, mean: values.reduce(0, +) / count,
        low: values.min() ?? 0, high: values.max() ?? 0)
    }
  }

  var hasSpread: Bool { points.contains { $0.high > $0.low } }
}
