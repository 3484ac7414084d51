import Foundation
import Groundwork

/// The files that `tools/reference/imaging.py` made.
enum Fixture {
  static func path(_ name: String) -> String {
    Bundle.module.bundlePath + "/Fixtures/" + name
  }

  static func bytes(_ name: String) throws -> [UInt8] { try File.read(path(name)) }

  /// The answers of the reference, by the name of the JSON file.
  static func answers(_ name: String) throws -> JSON { try JSON(parsing: bytes(name + ".json")) }
}

extension JSON {
  var floats: [Float] { array?.compactMap { $0.number.map { Float($0) } } ?? [] }
  var integers: [Int] { array?.compactMap(\.integer) ?? [] }
}

/// The largest difference between two lists of equal length.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
