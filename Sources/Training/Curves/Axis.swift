internal import Groundwork

/// An axis of a plot: its range and round places for its labels.
struct Axis: Equatable {
  let low: Double
  let high: Double
  let ticks: [Double]
  /// Distance of the ticks: 1, 2 or 5 times a power of ten.
  let step: Double

  /// An axis over the values with about `count` ticks, from the tick below them to the tick above. Without values, 0 to 1.
  init(over values: some Sequence<Double>, ticks count: Int, includingZero: Bool = false) {
    // Beyond this, differences and powers of ten overflow.
    let finite = values.filter { abs($0) < 1e150 }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if includingZero {
      low = min(low, 0)
      high = max(high, 0)
    }
    // Values that labels could not tell apart stand in the middle of a wider range.
    if high - low <= max(abs(low), abs(high)) * 1e-6 || high - low < 1e-150 {
      let room = abs(high) < 1e-150 ? 1 : abs(high) * 0.5
      (low, high) = (abs(high) < 1e-150 ? 0 : low - room, high + room)
    }
    let step = Self.roundStep((high - low) / Double(max(1, count)))
    self.step = step
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    self.low = first * step
    self.high = last * step
  }

  /// The smallest of 1, 2 and 5 times a power of ten that is at least `step`.
  private static func roundStep(_ step: Double) -> Double {
    guard step > 0, step.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= step { power *= 10 }
    while power > step { power /= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? power * 10
  }

  /// A place between 0 and 1.
  func place(of value: Double) -> Double { (value - low) / (high - low) }

  /// A label with as many digits as the distance of the ticks needs.
  func label(_ value: Double) -> String {
    guard abs(value) > step * 1e-6 else { return "0" }
    let largest = max(abs(low), abs(high))
    if largest >= 1e6 || step < 1e-3 {
      var exponent = 0
      var mantissa = value
      while abs(mantissa) >= 10 - 1e-9 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      while abs(mantissa) < 1 - 1e-9 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
      let short = mantissa.text(decimals: abs(mantissa - mantissa.rounded()) < 0.05 ? 0 : 1)
      return "\(short)e\(exponent)"
    }
    var decimals = 0
    var unit = step
    while unit < 1 - 1e-9 { (unit, decimals) = (unit * 10, decimals + 1) }
    return value.text(decimals: decimals)
  }
}
