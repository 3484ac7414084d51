public import Checkpoints
public import Foundation

/// A safetensors file of inputs and expected values, made by a script in `tools/reference`.
public struct Fixture {
  public let file: SafetensorsFile

  public init(path: String) throws { file = try SafetensorsFile(path) }

  public init(file url: URL) throws { try self.init(path: url.path) }

  /// `Fixtures/NAME.safetensors` of a test target: `try Fixture("attention", in: .module)`.
  public init(_ name: String, in bundle: Bundle) throws {
    try self.init(file: Self.url("\(name).safetensors", in: bundle))
  }

  /// Where a file of the test target's `Fixtures` folder is.
  public static func url(_ name: String, in bundle: Bundle) throws -> URL {
    guard let folder = bundle.url(forResource: "Fixtures", withExtension: nil) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return folder.appendingPathComponent(name)
  }

  public var names: [String] { file.names }

  public func floats(_ name: String) throws -> [Float] { try file.floats(of: name) }

  public func integers(_ name: String) throws -> [Int] { try file.integers(of: name) }

  public func shape(_ name: String) throws -> [Int] { try file.entry(of: name).shape }
}
