extension Recipe {
  /// How the parameters are changed.
  public struct Training: Equatable, Sendable {
    public var epochs = 6
    public var steps: Int?
    public var batch = 16
    public var batchTokens: Int?
    public var accumulate = 1
    public var dropout = 0.1
    public var labelSmoothing = 0.0
    public var clip = 1.0
    public var weightDecay = 0.05
    public var rates = Rates()
    public var schedule = Schedule()
    public var optimizer = Optimizer()
    public var logEvery = 1

    public init() {}
  }

  /// The highest learning rate of each part.
  public struct Rates: Equatable, Sendable {
    public var text = 1e-3
    public var vision = 1e-3
    public var fusion = 1e-3
    public var heads = 1e-3
    public var adapters = 1e-3

    public init() {}
  }

  /// How the rates go over the run.
  public struct Schedule: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable { case constant, linear, cosine }

    public var kind = Kind.cosine
    /// Fraction of the run.
    public var warmup = 0.05
    /// Fraction of the highest rate.
    public var floor = 0.05

    public init() {}
  }

  /// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019).
  public struct Optimizer: Equatable, Sendable {
    public var beta1 = 0.9
    public var beta2 = 0.95
    public var epsilon = 1e-8

    public init() {}
  }
}

extension Recipe.Training: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("epochs", \.epochs, .count(1...1_000_000), "times every study is seen"),
      .value(
        "steps", \.steps, .optional(.count(1...1_000_000_000)),
        "length of the run in steps, in place of epochs"),
      .value("batch", \.batch, .count(1...65536), "studies a batch"),
      .value(
        "batch_tokens", \.batchTokens, .optional(.count(16...1_000_000_000)),
        "tokens a batch holds at most, where that comes first"),
      .value("accumulate", \.accumulate, .count(1...65536), "batches a step of the optimizer"),
      .value("dropout", \.dropout, .number(0..<1), "probability that an activation is dropped"),
      .value(
        "label_smoothing", \.labelSmoothing, .number(0..<1), "probability spread evenly over the vocabulary"),
      .value("clip", \.clip, .number(0...1e9), "highest norm of the whole gradient; 0: any"),
      .value("weight_decay", \.weightDecay, .number(0...10), "decoupled decay of matrices"),
      .section("rates", \.rates),
      .section("schedule", \.schedule),
      .section("optimizer", \.optimizer),
      .value("log_every", \.logEvery, .count(1...1_000_000), "steps between lines in metrics.jsonl"),
    ]
  }
}

extension Recipe.Rates: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("text", \.text, .number(0...10), "highest learning rate of the text model"),
      .value("vision", \.vision, .number(0...10), "highest learning rate of the patch encoder"),
      .value("fusion", \.fusion, .number(0...10), "highest learning rate of the cross-attention blocks"),
      .value("heads", \.heads, .number(0...10), "highest learning rate of the heads"),
      .value("adapters", \.adapters, .number(0...10), "highest learning rate of the adapters"),
    ]
  }
}

extension Recipe.Schedule: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("kind", \.kind, .choice, "how the rates fall after the warm-up"),
      .value(
        "warmup", \.warmup,
        .number(0...1).described("a fraction of the run from 0 to 1, for a warm-up ends within it"),
        "fraction of the run over which the rates rise from 0"),
      .value("floor", \.floor, .number(0...1), "fraction of the highest rate at which the run ends"),
    ]
  }
}

extension Recipe.Optimizer: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("beta1", \.beta1, .number(0...0.999999), "decay of the first moment"),
      .value("beta2", \.beta2, .number(0...0.999999), "decay of the second moment"),
      .value("epsilon", \.epsilon, .number(1e-30...1), "added to the root of the second moment"),
    ]
  }
}
