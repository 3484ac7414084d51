import Fusion
import Groundwork
import Reports

/// Which model made an answer: the digests of its files.
public struct ModelIdentity: Sendable {
  public let modelDigest: String
  public let tokenizerDigest: String
  public let configurationDigest: String

  /// Reads the files of a model directory; a sharded model's digest is that of its index.
  public init(directory: String) throws {
    func digest(_ names: String...) throws -> String {
      for name in names where File.kind(of: Path.join(directory, name)) == .regular {
        return try SHA256.hexadecimal(ofFile: Path.join(directory, name))
      }
      return ""
    }
    modelDigest = try digest("model.safetensors", "model.safetensors.index.json")
    tokenizerDigest = try digest("tokenizer.json")
    configurationDigest = try digest("config.json")
  }

  /// Where a report of this model comes from.
  public func provenance(
    _ calibration: Fusion.Calibration, software: String, seed: UInt64 = 0, generated: String = UTCTime.now()
  ) -> Provenance {
    Provenance(
      software: software, modelDigest: modelDigest, tokenizerDigest: tokenizerDigest,
      configurationDigest: configurationDigest, seed: seed,
      calibration: calibration.isFitted
        ? Reports.Calibration(
          method: .temperature, dataset: calibration.dataset, count: calibration.count,
          expectedError: calibration.expectedError) : Reports.Calibration(), generated: generated)
  }
}
