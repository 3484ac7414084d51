/// How far values are from expected ones: the largest difference, relative to the largest expected magnitude.
/// Infinite when the counts differ or a value is not a number.
public func relativeError(_ values: [Float], _ expected: [Float]) -> Float {
  guard values.count == expected.count, !expected.isEmpty else { return .infinity }
  let largest = expected.reduce(Float(1e-12)) { max($0, $1.magnitude) }
  var difference: Float = 0
  for (value, wanted) in zip(values, expected) {
    guard value.isFinite else { return .infinity }
    difference = max(difference, (value - wanted).magnitude)
  }
  return difference / largest
}
