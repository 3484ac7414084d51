internal import Groundwork

/// The words and bars of a `ProgressState`.
enum ProgressLine {
  /// One line for a terminal, narrower than the terminal. Where room is short the bar goes first, then the details.
  static func bar(_ state: ProgressState, on terminal: Terminal) -> String {
    let room = max(10, terminal.columns - 1)
    var details: [String] = []
    if let fraction = state.fraction { details.append(percent(fraction)) }
    details.append(amount(state))
    details += state.values.map { "\($0.name) \($0.text)" }
    if let rate = state.rate { details.append(rateText(rate, state.unit)) }
    if let left = state.secondsLeft {
      details.append("\(duration(left)) left")
    } else {
      details.append(duration(state.elapsed))
    }
    let title = DisplayWidth.truncated(state.title, to: max(8, room / 3))
    let text = details.joined(separator: "  ")
    let free = room - DisplayWidth.of(title) - DisplayWidth.of(text) - 4
    guard let fraction = state.fraction, free >= 8 else {
      return DisplayWidth.truncated(title + "  " + text, to: room)
    }
    return title + "  " + gauge(fraction, columns: min(free, 30), on: terminal) + "  " + text
  }

  /// One line for a file of messages.
  static func plain(_ state: ProgressState) -> String {
    var parts = [amount(state) + (state.fraction.map { " (\(percent($0)))" } ?? "")]
    parts += state.values.map { "\($0.name) \($0.text)" }
    if let rate = state.rate { parts.append(rateText(rate, state.unit)) }
    if let left = state.secondsLeft { parts.append("\(duration(left)) left") }
    return "\(state.title): " + parts.joined(separator: ", ")
  }

  /// The line that stays when the work is done.
  static func finished(_ state: ProgressState, startingAt start: Int) -> String {
    let rate = state.overallRate(startingAt: start).map { " (\(rateText($0, state.unit)))" } ?? ""
    let values = state.values.map { ", \($0.name) \($0.text)" }.joined()
    return
      "\(state.title): \(quantity(state.completed, state.unit)) in \(duration(state.elapsed))\(rate)\(values)"
  }

  /// "0:07", "12:30", "1:02:10", "3 d 4:05:00".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let whole = Int(max(0, seconds).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (days, hours, minutes, rest) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
    if days > 0 { return "\(days) d \(hours):\(two(minutes)):\(two(rest))" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  private static func gauge(_ fraction: Double, columns: Int, on terminal: Terminal) -> String {
    let filled = Int((fraction * Double(columns)).rounded(.down))
    let (full, empty) = terminal.showsUnicode ? ("━", "─") : ("#", "-")
    return Style.good.painted(String(repeating: full, count: filled), on: terminal)
      + Style.faint.painted(String(repeating: empty, count: columns - filled), on: terminal)
  }

  /// Never 100 % before the end.
  private static func percent(_ fraction: Double) -> String { "\(Int(fraction * 100)) %" }

  private static func amount(_ state: ProgressState) -> String {
    guard let total = state.total else { return quantity(state.completed, state.unit) }
    switch state.unit {
    case .things(let name): return "\(state.completed)/\(total) \(name)"
    case .bytes: return "\(ByteCount.text(state.completed)) of \(ByteCount.text(total))"
    }
  }

  private static func quantity(_ count: Int, _ unit: ProgressState.Unit) -> String {
    switch unit {
    case .things(let name): "\(count) \(name)"
    case .bytes: ByteCount.text(count)
    }
  }

  private static func rateText(_ rate: Double, _ unit: ProgressState.Unit) -> String {
    switch unit {
    case .bytes: return ByteCount.text(Int(min(rate, 1e15))) + "/s"
    case .things(let name):
      if rate >= 0.5 || rate <= 0 { return "\(short(rate))/s" }
      return rate * 60 >= 0.5 ? "\(short(rate * 60)) \(name)/min" : "\(short(rate * 3600)) \(name)/h"
    }
  }

  /// Three digits or so: "0.52", "41.3", "812", "12.1k".
  static func short(_ number: Double) -> String {
    switch number.magnitude {
    case ..<9.995: number.text(decimals: 2)
    case ..<99.95: number.text(decimals: 1)
    case ..<9999.5: number.text(decimals: 0)
    case ..<999_950: (number / 1000).text(decimals: 1) + "k"
    default: (number / 1_000_000).text(decimals: 1) + "M"
    }
  }
}
