import Console
import Groundwork
import Tensors
import Training

private let recipe = Parameter.operand(
  "RECIPE", "a recipe in YAML; lightbox help train explains its keys", .path)
private let resume = Parameter.flag("resume", "goes on with an interrupted run, bit for bit")
private let changes = Parameter.repeated("set", "KEY=VALUE", "lays a value over the recipe's", .text)
private let output = Parameter.option("output", "RUN", "the run directory; runs/NAME without", .directory)
private let quiet = Parameter.flag("quiet", "no progress and no table before the first step")
private let asJSON = Parameter.flag("json", "each line of metrics.jsonl on standard output, too")

extension Command {
  static let train = Command(
    "train", "trains or fine-tunes a joint model by a recipe",
    discussion: """
      Writes a run directory: recipe.yaml with every default, metrics.jsonl, TensorBoard events, curves.svg, and checkpoints \
      that are models, with the links best and last. A run that was killed goes on with --resume.

      The keys of a recipe:

      \(Recipe.reference)
      """,
    takes: [recipe, resume, changes, output, quiet, asJSON],
    examples: [
      .init("lightbox train configs/demo.yaml -o runs/demo", "Train the bundled recipe:"),
      .init("lightbox train configs/demo.yaml --set training.epochs=2 --set seed=3", "With other values:"),
      .init("lightbox train configs/demo.yaml -o runs/demo --resume", "Go on after a power cut:"),
    ],
    run: trainRecipe)
}

private func trainRecipe(_ arguments: Arguments, _ session: Session) throws {
  let file = try RecipeFile(try arguments[recipe], overrides: try arguments[changes])
  let path = try arguments[output] ?? file.recipe.runPath
  let watcher = TrainingWatcher(session, isQuiet: try arguments[quiet], answersJSON: try arguments[asJSON])
  let trainer = try Trainer(
    file, run: path, isResuming: try arguments[resume], on: Device.cpu(), onEvent: watcher.see)
  let summary = try trainer.train()
  watcher.finish(summary, path)
}
