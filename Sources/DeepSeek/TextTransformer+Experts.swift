import Layers

extension TextTransformer {
  /// How many tokens each expert of each layer took, by the number of the layer; layers without experts are left out.
  public var expertLoad: [(layer: Int, tokens: [Int])] { mixtures.map { ($0.layer, $0.mixture.load) } }

  /// The tokens of the busiest expert as a multiple of an even share, the greatest of all layers; nil when nothing was
  /// counted.
  public var expertImbalance: Double? {
    expertLoad.compactMap { _, tokens in
      let total = tokens.reduce(0, +)
      return total > 0 ? Double(tokens.max() ?? 0) * Double(tokens.count) / Double(total) : nil
    }.max()
  }

  /// Begins to count anew.
  public func forgetExpertLoad() {
    for (_, mixture) in mixtures { mixture.forgetLoad() }
  }

  /// Whether the parameter of this name chooses experts. Learning it on few data sends tokens to experts that were never
  /// trained on their like, so it stays as it is unless asked for.
  public static func isRouter(_ name: String) -> Bool { name.hasSuffix(".mlp.gate.weight") }
}
