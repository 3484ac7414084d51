internal import Glibc

/// A moment on the calendar.
public enum UTCTime {
  /// Now, as in 2026-11-24T09:50:00Z (RFC 3339).
  public static func now() -> String { text(secondsSince1970: Int(time(nil))) }

  public static func text(secondsSince1970 seconds: Int) -> String {
    var moment = time_t(seconds)
    var parts = tm()
    gmtime_r(&moment, &parts)
    return "\(parts.tm_year + 1900)-\(twoDigits(parts.tm_mon + 1))-\(twoDigits(parts.tm_mday))"
      + "T\(twoDigits(parts.tm_hour)):\(twoDigits(parts.tm_min)):\(twoDigits(parts.tm_sec))Z"
  }

  private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// Seconds on a clock that only goes forward, for measuring.
public func monotonicSeconds() -> Double {
  var moment = timespec()
  clock_gettime(CLOCK_MONOTONIC, &moment)
  return Double(moment.tv_sec) + Double(moment.tv_nsec) * 1e-9
}
