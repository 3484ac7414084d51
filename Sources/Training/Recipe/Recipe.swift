internal import Groundwork

/// Everything that decides a training run (`recipe/1`); with the same data and program, the same recipe gives the same model.
///
/// Each key is explained by `Recipe.reference`; `RecipeFile` reads one from YAML.
public struct Recipe: Equatable, Sendable {
  public enum Schema: String, CaseIterable, Sendable { case first = "recipe/1" }

  public var schema = Schema.first
  public var name = "run"
  public var seed: UInt64 = 1
  public var data = Data()
  public var model = Model()
  public var heads = Heads()
  public var losses = Losses()
  public var training = Training()
  public var augmentation = Augmentation()
  public var evaluation = Evaluation()
  public var checkpoints = Checkpoints()

  public init() {}

  /// Where the run goes when no directory is given.
  public var runPath: String { Path.join("runs", name) }

  /// The recipe as YAML with every default written out; reads back equal. Sizes that a checkpoint decides are left out.
  public var yaml: String {
    var node = node
    if comesFromCheckpoint(model.text.from) { node.keep(["from", "frozen"], in: "model.text") }
    if comesFromCheckpoint(model.vision.from) { node.keep(["from", "frozen"], in: "model.vision") }
    if comesFromCheckpoint(nil) { node.keep([], in: "model.fusion") }
    return node.text
  }

  /// Puts the sizes that a checkpoint decides back to their defaults, so that recipes that mean the same are equal.
  mutating func forgetCheckpointSizes() {
    if comesFromCheckpoint(model.text.from) {
      let (from, frozen) = (model.text.from, model.text.frozen)
      model.text = Text()
      (model.text.from, model.text.frozen) = (from, frozen)
    }
    if comesFromCheckpoint(model.vision.from) {
      let (from, frozen) = (model.vision.from, model.vision.frozen)
      model.vision = Vision()
      (model.vision.from, model.vision.frozen) = (from, frozen)
    }
    if comesFromCheckpoint(nil) { model.fusion = Fusion() }
  }

  private func comesFromCheckpoint(_ part: String?) -> Bool { model.from != nil || part != nil }
}

extension Recipe: RecipeSection {
  static var fields: [RecipeField<Recipe>] {
    [
      .value("schema", \.schema, .choice, "the form of this file"),
      .value(
        "name", \.name, .name, "what the run is called; it goes to runs/NAME when no directory is given"),
      .value("seed", \.seed, .seed, "start of every random stream"),
      .section("data", \.data),
      .section("model", \.model),
      .section("heads", \.heads),
      .section("losses", \.losses),
      .section("training", \.training),
      .section("augmentation", \.augmentation),
      .section("evaluation", \.evaluation),
      .section("checkpoints", \.checkpoints),
    ]
  }
}
