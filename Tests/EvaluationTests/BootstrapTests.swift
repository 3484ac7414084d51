import Groundwork
import Testing

@testable import Evaluation

@Suite struct BootstrapTests {
  @Test func percentilesAreThoseOfThePublicLibrary() throws {
    let fixture = try Fixtures.metrics().member("percentiles")
    let values = try fixture.numbers("values")
    for (percent, expected) in try #require(fixture["at"]?.object) {
      let share = try #require(Double(percent)) / 100
      let value = try #require(Bootstrap.percentile(share, of: values))
      #expect(near(value, try #require(expected.number)))
    }
    #expect(Bootstrap.percentile(0.5, of: []) == nil)
  }

  private static func mean(_ values: [Double]) -> ([Int]) -> Double? {
    { cases in cases.isEmpty ? nil : cases.reduce(0) { $0 + values[$1] } / Double(cases.count) }
  }

  @Test func theSameSeedGivesTheSameIntervalAndAnotherAnother() throws {
    var generator = PhiloxGenerator(seed: 3)
    let values = (0..<60).map { _ in generator.normal() }
    let patients = [String?](repeating: nil, count: 60)
    let first = Bootstrap(resamples: 300, seed: 1).interval(patients: patients, Self.mean(values))
    #expect(first == Bootstrap(resamples: 300, seed: 1).interval(patients: patients, Self.mean(values)))
    #expect(first != Bootstrap(resamples: 300, seed: 2).interval(patients: patients, Self.mean(values)))
    let interval = try #require(first)
    let (low, high) = (try #require(interval.low), try #require(interval.high))
    #expect(low < interval.value && interval.value < high)
    // About twice 1.96 standard errors of the mean of 60 standard normal values.
    #expect(near(high - low, 2 * 1.96 / 60.squareRoot(), 0.3))
  }

  /// Ten equal cases a patient say no more than one: the interval is as wide as that of the patients alone.
  @Test func thePatientNotTheCaseIsDrawn() throws {
    var generator = PhiloxGenerator(seed: 5)
    let ofPatients = (0..<30).map { _ in generator.normal() }
    let values = ofPatients.flatMap { [Double](repeating: $0, count: 10) }
    let patients = (0..<300).map { Optional("p\($0 / 10)") }
    let grouped = try #require(Bootstrap(resamples: 400).interval(patients: patients, Self.mean(values)))
    let alone = try #require(
      Bootstrap(resamples: 400).interval(
        patients: [String?](repeating: nil, count: 30), Self.mean(ofPatients)))
    #expect(near(try #require(grouped.low), try #require(alone.low)))
    #expect(near(try #require(grouped.high), try #require(alone.high)))
    let single = try #require(
      Bootstrap(resamples: 400).interval(
        patients: [String?](repeating: nil, count: 300), Self.mean(values)))
    #expect(
      try #require(single.high) - #require(single.low) < 0.5 * (#require(alone.high) - #require(alone.low)))
  }

  @Test func whatHasNoValueHasNoInterval() {
    let patients: [String?] = ["a", "b"]
    #expect(Bootstrap(resamples: 20).interval(patients: patients) { _ in nil } == nil)
    #expect(Bootstrap(resamples: 20).interval(patients: patients) { _ in .nan } == nil)
    let partly = Bootstrap(resamples: 50).interval(patients: patients) {
      $0.contains(0) && $0.contains(1) ? 1 : nil
    }
    #expect(partly == .init(value: 1, low: 1, high: 1))
  }
}
