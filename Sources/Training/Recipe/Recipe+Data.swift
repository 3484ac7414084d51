extension Recipe {
  /// What is read, and what of it the model is given.
  public struct Data: Equatable, Sendable {
    public enum Target: String, CaseIterable, Sendable {
      /// The structured report (`ClinicalDraft`) under its grammar.
      case report
      /// The free text of `report_text`.
      case text
      /// Nothing is written; only the heads learn.
      case none
    }

    public var path = "studies.jsonl"
    public var train = "train"
    public var validation = "validation"
    public var test: String? = "test"
    public var complaint = true
    public var images = true
    /// Height and width of what the patch encoder sees, in pixels.
    public var imageSize = 112
    /// Tokens.
    public var context = 512
    public var target = Target.report
    /// Threads.
    public var workers = 1
    /// Steps.
    public var ahead = 2

    public init() {}
  }
}

extension Recipe.Data: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("path", \.path, .text, "the study records (study/1, JSON lines)"),
      .value("train", \.train, .text, "split that is learned from"),
      .value("validation", \.validation, .text, "split that is measured at each evaluation"),
      .value(
        "test", \.test, .optional(.text),
        "split that the best checkpoint is measured on at the end, if the data have it; null: none"),
      .value("complaint", \.complaint, .flag, "give the model the chief complaint, history, age and sex"),
      .value("images", \.images, .flag, "give the model the radiographs"),
      .value("image_size", \.imageSize, .count(16...4096), "side of the encoder's square input in pixels"),
      .value("context", \.context, .count(16...1_048_576), "longest sequence of a study in tokens"),
      .value("target", \.target, .choice, "what the text model learns to write"),
      .value(
        "workers", \.workers, .count(0...256), "threads that prepare steps; 0: none beside the training"),
      .value("ahead", \.ahead, .count(1...64), "steps prepared before they are needed"),
    ]
  }
}

extension Recipe {
  /// Random changes to a training image, drawn anew each epoch; never mirrored, for left and right are findings.
  public struct Augmentation: Equatable, Sendable {
    /// Degrees.
    public var rotation = 5.0
    /// Fraction of the image's side.
    public var shift = 0.04
    public var scale = 0.06
    public var contrast = 0.1
    public var brightness = 0.05
    public var gamma = 0.1
    public var noise = 0.01

    public init() {}
  }
}

extension Recipe.Augmentation: RecipeSection {
  static var fields: [RecipeField<Self>] {
    [
      .value("rotation_degrees", \.rotation, .number(0...45), "turned by up to so much either way"),
      .value("shift", \.shift, .number(0...0.5), "moved by up to this fraction of its side"),
      .value("scale", \.scale, .number(0..<1), "grown or shrunk by up to this fraction"),
      .value("contrast", \.contrast, .number(0..<1), "contrast changed by up to this fraction"),
      .value("brightness", \.brightness, .number(0..<1), "brightness changed by up to so much; white is 1"),
      .value("gamma", \.gamma, .number(0..<1), "gamma changed by up to this fraction"),
      .value("noise", \.noise, .number(0..<1), "largest standard deviation of the noise; white is 1"),
    ]
  }
}
