import Foundation
import Groundwork
import Testing

/// Files checked in beside the tests.
enum Fixtures {
  static func json(_ name: String) throws -> JSON {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
    return try JSON(parsing: [UInt8](Data(contentsOf: url)))
  }

  /// The root of the repository.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
