extension Recipe {
  /// What is predicted beside text.
  public struct Heads: Equatable, Sendable {
    public enum Classes: String, CaseIterable, Sendable {
      case none
      /// `label`, of plain classification sets.
      case label
      /// The first of `diagnoses`.
      case diagnosis
    }

    public var findings = true
    public var classes = Classes.none

    public init() {}
  }

  /// How much each loss counts in the sum. One that has no head, or no statement in a record, is not computed.
  public struct Losses: Equatable, Sendable {
    public var report = 1.0
    public var findings = 1.0
    public var classes = 1.0

    public init() {}
  }

  /// When and how the run is measured.
  public struct Evaluation: Equatable, Sendable {
    /// What decides which checkpoint is the best.
    public enum Measure: String, CaseIterable, Sendable {
      /// The sum of the losses; lower is better, as for no other measure.
      case loss
      case findingsAUROC = "findings_auroc"
      case classesAccuracy = "classes_accuracy"
      /// Micro F1 of the findings in generated reports.
      case reportF1 = "report_f1"

      public var lowerIsBetter: Bool { self == .loss }
    }

    public var everyEpochs = 1
    public var best = Measure.loss
    /// Evaluations.
    public var patience = 0
    /// Studies.
    public var generate = 0

    public init() {}
  }

  public struct Checkpoints: Equatable, Sendable {
    public var keep = 2
    public var everySteps: Int?

    public init() {}
  }
}

extension Recipe.Heads: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("findings", \.findings, .flag, "a probability for each finding of the catalogue"),
      .value("classes", \.classes, .choice, "one class a study, and which of its fields names it"),
    ]
  }
}

extension Recipe.Losses: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("report", \.report, .number(0...1e6), "weight of the cross-entropy of the written text"),
      .value("findings", \.findings, .number(0...1e6), "weight of the findings' binary cross-entropy"),
      .value("classes", \.classes, .number(0...1e6), "weight of the classes' cross-entropy"),
    ]
  }
}

extension Recipe.Evaluation: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("every_epochs", \.everyEpochs, .count(1...1_000_000), "epochs between evaluations"),
      .value("best", \.best, .choice, "measure by which the best checkpoint is chosen"),
      .value(
        "patience", \.patience, .count(0...1_000_000),
        "stop after so many evaluations without a better one; 0: never"),
      .value(
        "generate", \.generate, .count(0...1_000_000), "validation studies for which reports are written"),
    ]
  }
}

extension Recipe.Checkpoints: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("keep", \.keep, .count(1...1_000_000), "newest checkpoints kept beside the best"),
      .value(
        "every_steps", \.everySteps, .optional(.count(1...1_000_000_000)),
        "steps between checkpoints; null: one at each evaluation"),
    ]
  }
}
