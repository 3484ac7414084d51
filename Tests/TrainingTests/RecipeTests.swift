import Foundation
import Testing

@testable import Training

func read(_ text: String, _ overrides: String...) throws -> Recipe {
  try RecipeFile(text: Array(text.utf8), path: "recipe.yaml", overrides: overrides).recipe
}

/// The sentence of the error that reading gives; empty when there is none.
func complaint(about text: String, _ overrides: String...) -> String {
  do {
    _ = try RecipeFile(text: Array(text.utf8), path: "recipe.yaml", overrides: overrides)
    return ""
  } catch {
    return error.sentence
  }
}

@Suite struct RecipeTests {
  @Test func anEmptyRecipeIsTheDefaults() throws {
    #expect(try read("") == Recipe())
    #expect(try read("training:\nmodel: {text: }\n") == Recipe())
  }

  @Test func defaultsAreWrittenOutAndReadBackEqual() throws {
    let text = Recipe().yaml
    #expect(try read(text) == Recipe())
    for row in Recipe().referenceRows(path: "") {
      let key = try #require(row.path.split(separator: ".").last)
      #expect(text.contains("\(key): \(row.initial)\n"), "\(row.path) is not written out")
    }
  }

  @Test func everyKeyReadsBackWhenItIsNotTheDefault() throws {
    var recipe = Recipe()
    recipe.name = "it's: a \"name\" # with\ttraps 心"
    recipe.seed = .max
    recipe.data = .init()
    recipe.data.path = "a b/c.jsonl"
    recipe.data.train = "yes"
    recipe.data.validation = "null"
    recipe.data.complaint = false
    recipe.data.imageSize = 448
    recipe.data.context = 77
    recipe.data.target = .text
    recipe.data.workers = 3
    recipe.data.ahead = 5
    recipe.model.text.hidden = 96
    recipe.model.text.layers = 7
    recipe.model.text.heads = 6
    recipe.model.text.keyValueHeads = 2
    recipe.model.text.feedForward = 99
    recipe.model.text.vocabulary = 500
    recipe.model.text.ropeTheta = 5e5
    recipe.model.text.tied = false
    recipe.model.text.frozen = true
    recipe.model.text.routers = true
    recipe.model.vision.stem = []
    recipe.model.vision.patch = 14
    recipe.model.vision.width = 36
    recipe.model.vision.layers = 0
    recipe.model.vision.heads = 3
    recipe.model.vision.feedForward = 48
    recipe.model.vision.frozen = true
    recipe.model.fusion.every = 2
    recipe.model.fusion.heads = 6
    recipe.model.fusion.feedForward = 40
    recipe.model.fusion.latents = 64
    recipe.model.fusion.resamplerLayers = 1
    recipe.model.fusion.gate = .zeroOutput
    recipe.model.fusion.findingTokens = false
    recipe.heads = .init()
    recipe.heads.findings = false
    recipe.heads.classes = .diagnosis
    recipe.losses.report = 0.25
    recipe.losses.findings = 0
    recipe.losses.classes = 3
    recipe.training.epochs = 2
    recipe.training.steps = 10
    recipe.training.batch = 1
    recipe.training.batchTokens = 4096
    recipe.training.accumulate = 4
    recipe.training.dropout = 0
    recipe.training.labelSmoothing = 0.1
    recipe.training.clip = 0
    recipe.training.weightDecay = 1e-5
    recipe.training.rates.text = 1e-300
    recipe.training.rates.vision = 0.1 + 0.2
    recipe.training.rates.fusion = 3e-7
    recipe.training.rates.heads = 0
    recipe.training.rates.adapters = 2e-4
    recipe.model.adapters.kind = .dora
    recipe.model.adapters.rank = 4
    recipe.model.adapters.alpha = 0.5
    recipe.model.adapters.dropout = 0.25
    recipe.model.adapters.targets = ["*_proj", "vision.query"]
    recipe.training.schedule.kind = .linear
    recipe.training.schedule.warmup = 1
    recipe.training.schedule.floor = 0
    recipe.training.optimizer.beta1 = 0
    recipe.training.optimizer.beta2 = 0.999
    recipe.training.optimizer.epsilon = 1e-20
    recipe.training.logEvery = 10
    recipe.augmentation.rotation = 0
    recipe.augmentation.shift = 0
    recipe.augmentation.scale = 0
    recipe.augmentation.contrast = 0.5
    recipe.augmentation.brightness = 0
    recipe.augmentation.gamma = 0
    recipe.augmentation.noise = 0
    recipe.data.test = nil
    recipe.evaluation.everyEpochs = 3
    recipe.evaluation.best = .classesAccuracy
    recipe.evaluation.patience = 4
    recipe.evaluation.generate = 8
    recipe.checkpoints.keep = 9
    recipe.checkpoints.everySteps = 100
    // Left at their defaults are what has one value only, and what a checkpoint would decide.
    let same = Set(Recipe().referenceRows(path: "").map(\.path)).subtracting(
      recipe.differences(from: Recipe()))
    #expect(same == ["schema", "data.images", "model.from", "model.text.from", "model.vision.from"])
    #expect(try read(recipe.yaml) == recipe)
  }

  @Test func sizesThatACheckpointDecidesAreNotWrittenOut() throws {
    let parts = try read(
      "model: {text: {from: '123', hidden: 96, frozen: true}, vision: {from: /x/~, patch: 14}}")
    #expect(parts.model.text.from == "123")
    #expect(parts.model.text.frozen)
    #expect(parts.yaml.contains("from: \"123\"\n"))
    #expect(!parts.yaml.contains("hidden") && !parts.yaml.contains("patch"))
    #expect(parts.yaml.contains("    every: "))
    #expect(try read(parts.yaml) == parts)
    let whole = try read("model: {from: runs/a/best, text: {hidden: 96}, fusion: {every: 3}}")
    #expect(!whole.yaml.contains("    every: "))
    #expect(try read(whole.yaml) == whole)
    #expect(try whole == read("model: {from: runs/a/best}"))
  }

  @Test func anUnknownKeyIsNamedWithItsPlaceAndTheNearest() {
    #expect(
      complaint(about: "seed: 2\ntraining:\n  batch: 4\n  epocs: 3\n")
        == "recipe.yaml, line 4, column 3: training has no key \"epocs\"; did you mean \"epochs\"?")
    #expect(
      complaint(about: "heads: {colour: red}")
        == "recipe.yaml, line 1, column 9: heads has no key \"colour\"; its keys are findings, classes")
    #expect(complaint(about: "modle: {}").contains("a recipe has no key \"modle\"; did you mean \"model\"?"))
  }

  @Test(arguments: [
    (
      "training: {rates: {text: -1e-3}}",
      "training.rates.text is -1e-3, but it must be a number from 0 to 10"
    ),
    (
      "training: {schedule: {warmup: 1.5}}",
      "training.schedule.warmup is 1.5, but it must be a fraction of the run"
    ),
    ("training: {dropout: 1.5}", "training.dropout is 1.5, but it must be a number from 0 to below 1"),
    ("training: {dropout: .nan}", "training.dropout is .nan, but it must be a number"),
    ("training: {clip: .inf}", "training.clip is .inf"),
    ("training: {clip: 0x10}", "training.clip is 0x10"),
    ("training: {clip: 1e999}", "training.clip is 1e999"),
    ("training: {batch: 0}", "training.batch is 0, but it must be a whole number from 1 to 65536"),
    ("training: {batch: 1.5}", "training.batch is 1.5, but it must be a whole number"),
    ("training: {batch: '8'}", "training.batch is \"8\", but it must be a whole number"),
    ("training: {batch: 99999999999999999999}", "training.batch is 99999999999999999999"),
    ("training: {batch: [8]}", "training.batch is [8], but it must be a whole number"),
    ("training: {batch: null}", "training.batch is null, but it must be a whole number"),
    (
      "training: {optimizer: {epsilon: 0}}",
      "training.optimizer.epsilon is 0, but it must be a number from 1e-30 to 1"
    ),
    ("training: {schedule: {kind: cosin}}", "one of constant, linear, cosine; did you mean cosine?"),
    ("data: {target: reprot}", "one of report, text, none; did you mean report?"),
    ("data: {images: yes}", "data.images is yes, but it must be true or false"),
    ("data: {path: ''}", "data.path is \"\", but it must be text"),
    ("data: {path: }", "data.path is null, but it must be text"),
    ("name: a/b", "name is a/b, but it must be a name without slashes"), ("name: ..", "name is .., but"),
    ("seed: -1", "seed is -1, but it must be a whole number of at least 0"),
    ("schema: recipe/9", "schema is recipe/9, but it must be recipe/1"),
    ("model: 7", "model must be a mapping of keys to values"),
    ("- a", "a recipe must be a mapping"),
    (
      "model: {vision: {stem: [32, x]}}",
      "model.vision.stem is [32, x], but it must be a list of at most 6, each a whole"
    ),
  ])
  func anImpossibleValueSaysWhatIsPossible(text: String, expected: String) {
    let sentence = complaint(about: text)
    #expect(sentence.contains(expected), "\(sentence)")
    #expect(sentence.hasPrefix("recipe.yaml, line 1, column "), "\(sentence)")
  }

  @Test(arguments: [
    (
      "model:\n  text:\n    hidden: 192\n    heads: 5\n",
      "line 4, column 12: model.text.heads is 5, which does not divide model.text.hidden, 192; take 4 or 6"
    ),
    ("model:\n  text: {hidden: 100, heads: 4, key_value_heads: 4}\n", "a head of the text model is 25 wide"),
    (
      "\nmodel:\n  text: {heads: 8, key_value_heads: 3}\n",
      "line 3, column 37: model.text.key_value_heads is 3"
    ),
    (
      "model:\n  fusion: {heads: 5}\n",
      "line 2, column 19: model.fusion.heads is 5, which does not divide model.text.hidden, 192"
    ),
    ("model: {vision: {width: 190, heads: 2}}", "which does not divide model.vision.width, 190; take 2 or 5"),
    ("model:\n  fusion: {every: 9}\n", "the text model has only 4 layers"),
    (
      "data: {image_size: 113}",
      "line 1, column 20: data.image_size is 113, not a multiple of model.vision.patch, 8; take 112"
    ),
    (
      "model: {vision: {stem: [8, 8, 8, 8]}}",
      "halves the image 4 times, so that model.vision.patch must be 16, not 8"
    ),
    (
      "model: {vision: {heads: 7}}",
      "model.vision.heads is 7, which does not divide model.vision.width, 192; take 6 or 8"
    ),
    ("data: {images: false, complaint: false}", "so that the model would see nothing"),
    ("data: {target: none}\nheads: {findings: false}", "line 1, column 16: nothing is learned"),
    ("data: {validation: train}", "data.validation is the split that is learned from"),
    ("data: {test: validation}", "data.test is validation, a split that the model is learned or chosen by"),
    ("model: {from: a, text: {from: b}}", "model.from is a whole joint model"),
    ("training: {batch_tokens: 100}", "training.batch_tokens is 100, less than data.context, 512"),
    ("evaluation: {best: report_f1}", "no reports are written"),
    ("evaluation: {best: classes_accuracy}", "heads.classes is none"),
    ("evaluation: {best: findings_auroc}\nheads: {findings: false}", "heads.findings is false"),
  ])
  func valuesThatDoNotGoTogetherAreRefused(text: String, expected: String) {
    let sentence = complaint(about: text)
    #expect(sentence.contains(expected), "\(sentence)")
  }

  @Test func sizesOfACheckpointAreNotJudged() throws {
    #expect(
      try read("model: {text: {from: deepseek, heads: 5}, vision: {from: vit}}").model.text.from == "deepseek"
    )
    let file = try RecipeFile(text: Array("model: {text: {from: m, heads: 5}}".utf8), path: "r.yaml")
    try file.checkSize("model.text.heads", is: 5, in: "m")
    try file.checkSize("model.text.layers", is: 30, in: "m")
    #expect(throws: TrainingError.self) { try file.checkSize("model.text.heads", is: 6, in: "m") }
  }

  @Test func aSplitThatDoesNotExistIsNamedWithTheNearest() throws {
    let file = try RecipeFile(
      text: Array("data:\n  path: d.jsonl\n  validation: validaton\n".utf8), path: "r.yaml")
    #expect(
      throws: TrainingError.recipe(
        origin: .file(path: "r.yaml", line: 3, column: 15),
        reason: "data.validation is validaton, but d.jsonl has no such study; did you mean validation?")
    ) { try file.checkSplits(["train": 8, "validation": 2]) }
    #expect(throws: TrainingError.self) { try file.checkSplits(["train": 0, "validaton": 2]) }
    try file.checkSplits(["train": 8, "validaton": 2])
  }

  @Test func overridesAreLaidOverTheFileAndCheckedTheSame() throws {
    let text = "training: {batch: 4, rates: {text: 1e-4}}\n"
    let recipe = try read(
      text, "training.batch=8", "model.vision.stem=[16, 32]", "training.rates={vision: 2e-4}", "name=a=b",
      "training.steps=5", "training.steps=", "data.images=false")
    #expect(recipe.training.batch == 8)
    #expect(recipe.model.vision.stem == [16, 32])
    // A mapping takes the place of the whole one.
    #expect(recipe.training.rates.text == 1e-3)
    #expect(recipe.training.rates.vision == 2e-4)
    #expect(recipe.name == "a=b")
    #expect(recipe.training.steps == nil)
    #expect(!recipe.data.images)
    #expect(
      complaint(about: text, "training.btach=8")
        == "--set training.btach=8: training has no key \"btach\"; did you mean \"batch\"?")
    #expect(
      complaint(about: text, "training.batch=-8").hasPrefix("--set training.batch=-8: training.batch is -8"))
    #expect(
      complaint(about: text, "model.text.heads=5").hasPrefix("--set model.text.heads=5: model.text.heads"))
    #expect(complaint(about: text, "training.batch").contains("there is no \"=\""))
    #expect(complaint(about: text, "training..batch=1").contains("a key is empty"))
    #expect(complaint(about: text, "training.batch.size=1").contains("inside a value that has no keys"))
    #expect(complaint(about: text, "name=[").contains("--set name=[: not valid YAML"))
  }

  @Test func anErrorOnTheCommandLineIsOneOfUsageAndInAFileOneOfData() {
    let option = TrainingError.recipe(origin: .option("a=b"), reason: "")
    #expect(option.fault == .usage)
    #expect(TrainingError.recipe(origin: .file(path: "", line: 1, column: 1), reason: "").fault == .data)
  }

  @Test func aResumedRunMayOnlyChangeHowItIsDone() throws {
    let first = try read("")
    let second = try read("training: {batch: 8}\ncheckpoints: {keep: 5}\ndata: {workers: 2}\n")
    #expect(second.differences(from: first) == ["data.workers", "training.batch", "checkpoints.keep"])
    #expect(second.conflicts(resuming: first) == ["training.batch"])
  }

  @Test func theReferenceExplainsEveryKeyOnce() {
    let lines = Recipe.reference.split(separator: "\n")
    #expect(lines.count == Recipe().referenceRows(path: "").count)
    #expect(Set(lines.map { $0.prefix { $0 != " " } }).count == lines.count)
    #expect(lines.contains { $0.hasPrefix("training.rates.text ") && $0.contains(" 0.001 ") })
  }

  @Test(arguments: ["demo", "image-only", "complaint-only", "chest-xray", "reports-text"])
  func theRecipesOfTheHouseAreValid(name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = try RecipeFile(folder.appendingPathComponent("configs/\(name).yaml").path)
    #expect(file.recipe.name == name)
    #expect(try read(file.recipe.yaml) == file.recipe)
  }
}
