import Foundation
import Testing

/// A folder that vanishes with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "studies-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a text file; gives its path.
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }
}

/// The fixture made by `tools/reference/terms.py`.
struct TermsFixture: Decodable {
  let check_digits: [[String]]
  let icd10: [String]
  let ps3_16: [String]

  static func load() throws -> TermsFixture {
    let url = try #require(
      Bundle.module.url(forResource: "terms", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(TermsFixture.self, from: Data(contentsOf: url))
  }
}
