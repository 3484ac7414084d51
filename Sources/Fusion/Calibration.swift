internal import Glibc
import Groundwork

/// How scores become probabilities: each head's logits divided by a temperature fitted on held-out studies (Guo et al.
/// 2017, "On calibration of modern neural networks").
public struct Calibration: Sendable, Equatable {
  public var findingTemperature: Double
  public var classTemperature: Double
  /// What the temperatures were fitted on; empty: not fitted.
  public var dataset: String
  /// How many studies that was.
  public var count: Int
  /// The expected calibration error measured there.
  public var expectedError: Double?

  public init(
    findingTemperature: Double = 1, classTemperature: Double = 1, dataset: String = "", count: Int = 0,
    expectedError: Double? = nil
  ) {
    self.findingTemperature = findingTemperature
    self.classTemperature = classTemperature
    self.dataset = dataset
    self.count = count
    self.expectedError = expectedError
  }

  public var isFitted: Bool { count > 0 }

  public func findingProbability(logit: Float) -> Double {
    1 / (1 + exp(-Double(logit) / findingTemperature))
  }

  public func classProbabilities(logits: [Float]) -> [Double] {
    let scaled = logits.map { Double($0) / classTemperature }
    let largest = scaled.max() ?? 0
    let powers = scaled.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  var json: JSON {
    [
      "finding_temperature": .number(findingTemperature), "class_temperature": .number(classTemperature),
      "dataset": .string(dataset), "count": .integer(count),
      "expected_error": expectedError.map(JSON.number) ?? .null,
    ]
  }

  init(_ json: JSON) {
    self.init(
      findingTemperature: json["finding_temperature"]?.number ?? 1,
      classTemperature: json["class_temperature"]?.number ?? 1, dataset: json["dataset"]?.string ?? "",
      count: json["count"]?.integer ?? 0, expectedError: json["expected_error"]?.number)
  }
}
