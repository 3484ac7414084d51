import Tensors

/// What is trained beside frozen linear layers: low-rank additions to their weights.
public struct AdapterConfiguration: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// W + (alpha / rank) B A (Hu et al. 2022).
    case lora
    /// W + (alpha / √rank) B A (Kalajdzievski 2023).
    case rankStabilised = "rslora"
    /// m (W + (alpha / rank) B A) / ‖…‖, each output scaled to a learned magnitude (Liu et al. 2024).
    case decomposed = "dora"
    /// DoRA with the scale of rsLoRA.
    case decomposedRankStabilised = "rsdora"
  }

  public var kind: Kind
  public var rank: Int
  public var alpha: Double
  /// The share of the adapters' input that training drops.
  public var dropout: Double
  /// Which linear layers have an adapter; see `includes`.
  public var targets: [String]

  public init(kind: Kind, rank: Int, alpha: Double, dropout: Double = 0, targets: [String]) {
    self.kind = kind
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets
  }

  public var isRankStabilised: Bool { kind == .rankStabilised || kind == .decomposedRankStabilised }
  public var isDecomposed: Bool { kind == .decomposed || kind == .decomposedRankStabilised }

  /// The factor of B A.
  public var scale: Float {
    Float(alpha / (isRankStabilised ? Double(rank).squareRoot() : Double(rank)))
  }

  /// Whether the linear layer of this name has an adapter: a target is the whole name or its end after a dot, as in
  /// `q_proj`, and a star in it stands for any letters. Layers of the vision encoder, whose names begin with `vision.`, are
  /// meant only by targets that begin so; what joins the two, and the heads, are new layers and take no adapter, nor do
  /// experts, whose products run together.
  public func includes(_ name: String) -> Bool { targets.contains { Self.target($0, matches: name) } }

  /// What begins the names of the vision encoder's layers in a joint model.
  public static let visionPrefix = "vision."

  static func target(_ target: String, matches name: String) -> Bool {
    let isVision = name.hasPrefix(visionPrefix)
    guard isVision == target.hasPrefix(visionPrefix), !name.hasPrefix("fusion."), !name.hasPrefix("heads."),
      !name.contains(".experts.")
    else { return false }
    let prefix = isVision ? visionPrefix.utf8.count : 0
    let pattern = Array(target.utf8.dropFirst(prefix))
    let letters = Array(name.utf8.dropFirst(prefix))
    let dot = UInt8(ascii: ".")
    return letters.indices.contains { start in
      (start == 0 || letters[start - 1] == dot) && matches(pattern[...], letters[start...])
    }
  }

  /// Whether a pattern with stars is the whole of some letters.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ letters: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return letters.isEmpty }
    if first == UInt8(ascii: "*") {
      return (letters.startIndex...letters.endIndex).contains { matches(pattern.dropFirst(), letters[$0...]) }
    }
    return letters.first == first && matches(pattern.dropFirst(), letters.dropFirst())
  }
}
