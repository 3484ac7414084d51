import Foundation
import Groundwork
import Testing

/// Values of public scorers, made by tools/reference/evaluation_metrics.py.
enum Fixtures {
  static func metrics() throws -> JSON {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/metrics.json", withExtension: nil))
    return try JSON(parsing: [UInt8](Data(contentsOf: url)))
  }
}

extension JSON {
  func member(_ key: String) throws -> JSON { try #require(self[key]) }

  func numbers(_ key: String) throws -> [Double] { try #require(self[key]?.array).compactMap(\.number) }

  func rows(_ key: String) throws -> [[Double]] {
    try #require(self[key]?.array).map { ($0.array ?? []).compactMap(\.number) }
  }

  func texts(_ key: String) throws -> [String] { try #require(self[key]?.array).compactMap(\.string) }
}

/// Equal up to rounding.
func near(_ left: Double, _ right: Double, _ tolerance: Double = 1e-9) -> Bool {
  abs(left - right) <= tolerance * max(1, abs(right))
}

func near(_ left: [Double], _ right: [Double]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { near($0, $1) }
}
