import Groundwork

/// Confidence intervals by drawing patients anew (Efron 1979): the percentiles of a statistic over resamples. The cases of a
/// patient are drawn together, for they are not independent.
public struct Bootstrap: Sendable {
  public var resamples: Int
  /// The share of resamples that the interval holds.
  public var level: Double
  public var seed: UInt64

  public init(resamples: Int = 1000, level: Double = 0.95, seed: UInt64 = 0) {
    self.resamples = resamples
    self.level = level
    self.seed = seed
  }

  public struct Interval: Equatable, Sendable {
    public let value: Double
    /// Percentiles with linear interpolation; nil when no resample had a value.
    public let low: Double?
    public let high: Double?
  }

  /// The statistic of all cases with its interval.
  ///
  /// - Parameters:
  ///   - patients: whose each case is; cases with nil are patients of their own.
  ///   - statistic: of the cases at some indices, which may repeat; nil or not a number when it has no value there, and such
  ///     a resample is left out.
  /// - Returns: nil when the statistic has no value for all cases together.
  public func interval(
    patients: [String?], _ statistic: ([Int]) -> Double?
  ) -> Interval? {
    guard let value = statistic(Array(patients.indices)), !value.isNaN else { return nil }
    let groups = Self.groups(patients)
    var values: [Double] = []
    for resample in 0..<resamples {
      // A stream of its own for each resample: their number does not change the first ones.
      var generator = PhiloxGenerator(seed: seed, stream: UInt64(resample))
      var cases: [Int] = []
      for _ in groups { cases += groups[Int.random(in: 0..<groups.count, using: &generator)] }
      if let drawn = statistic(cases), !drawn.isNaN { values.append(drawn) }
    }
    values.sort()
    let tail = (1 - level) / 2
    return Interval(
      value: value, low: Self.percentile(tail, of: values), high: Self.percentile(1 - tail, of: values))
  }

  private static func groups(_ patients: [String?]) -> [[Int]] {
    var groups: [[Int]] = []
    var placeOfPatient: [String: Int] = [:]
    for (index, patient) in patients.enumerated() {
      guard let patient else {
        groups.append([index])
        continue
      }
      if let place = placeOfPatient[patient] {
        groups[place].append(index)
      } else {
        placeOfPatient[patient] = groups.count
        groups.append([index])
      }
    }
    return groups
  }

  /// The value below which a share of sorted values lies, between neighbours by linear interpolation.
  static func percentile(_ share: Double, of sorted: [Double]) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = share * Double(sorted.count - 1)
    let below = Int(place.rounded(.down))
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
