internal import Layers

extension Recipe {
  /// Low-rank adapters, trained in place of the weights beside them.
  public struct Adapters: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable { case none, lora, rslora, dora, rsdora }

    public var kind = Kind.none
    public var rank = 8
    public var alpha = 16.0
    public var dropout = 0.0
    public var targets = ["q_proj", "v_proj"]

    public init() {}
  }

  /// Whether adapters stand in for the training of a part of the model, which is frozen then.
  func hasAdapters(in part: ModelPart) -> Bool {
    let prefix = AdapterConfiguration.visionPrefix
    return model.adapters.kind != .none && (part == .text || part == .vision)
      && model.adapters.targets.contains { $0.hasPrefix(prefix) == (part == .vision) }
  }
}

extension Recipe.Adapters: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value(
        "kind", \.kind, .choice, "what is trained beside frozen linear layers; none: the layers themselves"),
      .value("rank", \.rank, .count(1...4096), "rank of each addition"),
      .value(
        "alpha", \.alpha, .number(1e-6...1e6),
        "additions are scaled by alpha / rank, or alpha / sqrt(rank) for rs"),
      .value("dropout", \.dropout, .number(0..<1), "probability that an input of an adapter is dropped"),
      .value(
        "targets", \.targets, .list(.text, upTo: 4096),
        "names of text layers or their ends, * for any letters; those of the encoder after vision."),
    ]
  }
}

extension AdapterConfiguration {
  /// The adapters that a recipe asks for; nil for none.
  init?(_ recipe: Recipe.Adapters) {
    guard let kind = Kind(rawValue: recipe.kind.rawValue) else { return nil }
    self.init(
      kind: kind, rank: recipe.rank, alpha: recipe.alpha, dropout: recipe.dropout, targets: recipe.targets)
  }
}
