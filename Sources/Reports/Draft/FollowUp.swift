/// A time by which a recommendation is due, as an ISO 8601 duration.
public enum FollowUp: String, CaseIterable, Sendable {
  case oneHour = "PT1H"
  case sixHours = "PT6H"
  case oneDay = "P1D"
  case twoDays = "P2D"
  case threeDays = "P3D"
  case oneWeek = "P1W"
  case twoWeeks = "P2W"
  case fourWeeks = "P4W"
  case sixWeeks = "P6W"
  case eightWeeks = "P8W"
  case threeMonths = "P3M"
  case sixMonths = "P6M"
  case oneYear = "P1Y"

  /// How many hours, with months of 730.
  public var hours: Int {
    switch self {
    case .oneHour: 1
    case .sixHours: 6
    case .oneDay: 24
    case .twoDays: 48
    case .threeDays: 72
    case .oneWeek: 7 * 24
    case .twoWeeks: 14 * 24
    case .fourWeeks: 28 * 24
    case .sixWeeks: 42 * 24
    case .eightWeeks: 56 * 24
    case .threeMonths: 3 * 730
    case .sixMonths: 6 * 730
    case .oneYear: 365 * 24
    }
  }

  /// The longest time of ours that is no longer than an ISO 8601 duration of one unit, such as P14D or PT24H; nil when the
  /// text is no such duration.
  public init?(noLongerThan duration: String) {
    guard let hours = Self.hours(of: duration) else { return nil }
    self = Self.allCases.last { $0.hours <= hours } ?? .oneHour
  }

  private static func hours(of duration: String) -> Int? {
    let isOfTime = duration.hasPrefix("PT")
    guard duration.hasPrefix("P"), let unit = duration.last,
      let count = Int(duration.dropFirst(isOfTime ? 2 : 1).dropLast()), (0...10_000).contains(count)
    else { return nil }
    switch (isOfTime, unit) {
    case (true, "S"): return count / 3600
    case (true, "M"): return count / 60
    case (true, "H"): return count
    case (false, "D"): return count * 24
    case (false, "W"): return count * 7 * 24
    case (false, "M"): return count * 730
    case (false, "Y"): return count * 365 * 24
    default: return nil
    }
  }

  public var chinese: String {
    switch self {
    case .oneHour: "1 小时内"
    case .sixHours: "6 小时内"
    case .oneDay: "1 天内"
    case .twoDays: "2 天内"
    case .threeDays: "3 天内"
    case .oneWeek: "1 周内"
    case .twoWeeks: "2 周内"
    case .fourWeeks: "4 周内"
    case .sixWeeks: "6 周内"
    case .eightWeeks: "8 周内"
    case .threeMonths: "3 个月内"
    case .sixMonths: "6 个月内"
    case .oneYear: "1 年内"
    }
  }

  public var english: String {
    switch self {
    case .oneHour: "within 1 hour"
    case .sixHours: "within 6 hours"
    case .oneDay: "within 1 day"
    case .twoDays: "within 2 days"
    case .threeDays: "within 3 days"
    case .oneWeek: "within 1 week"
    case .twoWeeks: "within 2 weeks"
    case .fourWeeks: "within 4 weeks"
    case .sixWeeks: "within 6 weeks"
    case .eightWeeks: "within 8 weeks"
    case .threeMonths: "within 3 months"
    case .sixMonths: "within 6 months"
    case .oneYear: "within 1 year"
    }
  }
}
