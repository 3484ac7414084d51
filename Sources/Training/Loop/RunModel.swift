internal import Checkpoints
internal import DeepSeek
internal import Fusion
internal import Groundwork
internal import Layers
internal import Reading
internal import Studies
internal import Tensors
internal import Tokenization
internal import Vision

/// The model that a recipe asks for, made ready for training: built, initialised or loaded, with its tokenizer.
struct RunModel {
  let model: JointModel
  let tokenizer: Tokenizer

  /// - Parameter checkpoint: the directory of an interrupted run's checkpoint to go on from.
  init(_ file: RecipeFile, _ survey: DataSurvey, checkpoint: String?, on device: Device) throws {
    let recipe = file.recipe
    let isTrainable = { (name: String) in
      recipe.highestRate(of: ModelPart(ofParameter: name)) > 0
        && (recipe.model.text.routers || !TextTransformer.isRouter(name))
    }
    if let directory = checkpoint ?? recipe.model.from {
      tokenizer = try Tokenizer(directory)
      model = try JointModel.load(
        directory, newAdapters: checkpoint == nil ? AdapterConfiguration(recipe.model.adapters) : nil,
        on: device, isTrainable: isTrainable, trainsAdapters: recipe.highestRate(of: .adapters) > 0)
      guard model.vision != nil || !recipe.data.images else {
        throw file.error(
          at: ["model.from", "data.images"], "\(directory) has no vision encoder; set data.images to false")
      }
      model.assign(TaskConfiguration(recipe.data))
    } else {
      tokenizer = try Self.tokenizer(recipe, survey)
      let configuration = try Self.configuration(file, survey, tokenizer)
      let adapters = AdapterConfiguration(recipe.model.adapters).map {
        AdapterSet($0, on: device, isTrainable: recipe.highestRate(of: .adapters) > 0)
      }
      let parameters = ParameterSet(on: device, adapters: adapters, isTrainable: isTrainable)
      model = try JointModel(configuration, in: parameters)
      try parameters.initialize(seed: recipe.seed)
      model.notes = try Self.loadParts(recipe, into: parameters)
    }
    if let adapters = model.parameters.adapters, checkpoint == nil {
      if let target = adapters.unmetTargets.first {
        throw file.error(
          at: ["model.adapters.targets"],
          "model.adapters.targets has \(target), but no linear layer of the text model or, after vision., of the encoder "
            + "is called so")
      }
      if recipe.model.adapters.kind != .none { try adapters.initialize(seed: recipe.seed) }
    }
    model.dropout = Float(recipe.training.dropout)
  }

  /// The text model's own tokenizer, or one trained on the texts of the training split.
  private static func tokenizer(_ recipe: Recipe, _ survey: DataSurvey) throws -> Tokenizer {
    if let directory = recipe.model.text.from { return try Tokenizer(directory) }
    let split = survey.split(recipe.data.train)
    let task = TaskConfiguration(recipe.data)
    // An error while reading ends the sequence; it is thrown afterwards.
    var failure: (any Error)?
    let texts = split.indices.lazy.map { index -> [String] in
      do {
        let study = try split.study(index)
        return [StudyEncoder.prompt(study, task)] + [try StudyEncoder.answer(study, task)].compactMap { $0 }
      } catch {
        failure = failure ?? error
        return []
      }
    }
    let trained = try BPETrainer(vocabularySize: recipe.model.text.vocabulary).train(on: texts.joined())
    if let failure { throw failure }
    return trained
  }

  private static func configuration(
    _ file: RecipeFile, _ survey: DataSurvey, _ tokenizer: Tokenizer
  ) throws -> JointConfiguration {
    let recipe = file.recipe
    let text = try text(file, tokenizer)
    let vision = recipe.data.images ? try vision(file) : nil
    let fusion = vision.map { _ in
      FusionConfiguration(
        every: recipe.model.fusion.every, heads: recipe.model.fusion.heads,
        feedForwardSize: recipe.model.fusion.feedForward ?? text.feedForwardSize,
        gate: recipe.model.fusion.gate == .tanh ? .tanh : .zeroOutput, latents: recipe.model.fusion.latents,
        resamplerLayers: recipe.model.fusion.resamplerLayers, findingTokens: recipe.model.fusion.findingTokens
      )
    }
    return try JointConfiguration(
      text: text, vision: vision, fusion: fusion, heads: heads(recipe, survey),
      task: TaskConfiguration(recipe.data))
  }

  private static func text(_ file: RecipeFile, _ tokenizer: Tokenizer) throws -> TextConfiguration {
    let recipe = file.recipe.model.text
    guard let directory = recipe.from else {
      return try TextConfiguration(
        vocabularySize: tokenizer.vocabularySize, hiddenSize: recipe.hidden, layers: recipe.layers,
        heads: recipe.heads, keyValueHeads: recipe.keyValueHeads, feedForwardSize: recipe.feedForward,
        ropeTheta: recipe.ropeTheta, contextLength: file.recipe.data.context, tiesEmbeddings: recipe.tied,
        beginToken: tokenizer.beginToken, endToken: tokenizer.endToken)
    }
    let configuration = try TextConfiguration(Checkpoint(directory).config)
    for (key, size) in [
      ("hidden", configuration.hiddenSize), ("layers", configuration.layers), ("heads", configuration.heads),
      ("key_value_heads", configuration.keyValueHeads), ("feed_forward", configuration.feedForwardSize),
      ("vocabulary", configuration.vocabularySize),
    ] {
      try file.checkSize("model.text." + key, is: size, in: directory)
    }
    return configuration
  }

  private static func vision(_ file: RecipeFile) throws -> VisionConfiguration {
    let recipe = file.recipe.model.vision
    guard let directory = recipe.from else {
      return try VisionConfiguration(
        imageSize: file.recipe.data.imageSize, patchSize: recipe.patch, channels: recipe.stem.isEmpty ? 3 : 1,
        width: recipe.width, layers: recipe.layers, heads: recipe.heads, feedForwardSize: recipe.feedForward,
        stem: recipe.stem)
    }
    let configuration = try VisionCheckpoint(directory).configuration
    try file.checkSize("data.image_size", is: configuration.inputSize, in: directory)
    try file.checkSize("model.vision.patch", is: configuration.patchSize, in: directory)
    try file.checkSize("model.vision.width", is: configuration.width, in: directory)
    return configuration
  }

  private static func heads(_ recipe: Recipe, _ survey: DataSurvey) -> HeadConfiguration {
    HeadConfiguration(
      findings: recipe.heads.findings ? survey.findings.map(\.rawValue) : [],
      classes: recipe.heads.classes == .none
        ? [] : recipe.heads.classes == .label ? survey.labels : survey.diagnoses,
      classSource: recipe.heads.classes == .diagnosis ? .diagnosis : .label)
  }

  /// Reads the text model and the vision encoder from checkpoints of their own. Gives what a person should know of them.
  private static func loadParts(_ recipe: Recipe, into parameters: ParameterSet) throws -> [String] {
    var notes: [String] = []
    if let directory = recipe.model.text.from {
      let checkpoint = try Checkpoint(directory)
      let text = TextCheckpoint(try TextConfiguration(checkpoint.config), names: checkpoint.names)
      try parameters.load(
        checkpoint, renamed: { ModelPart(ofParameter: $0) == .text ? $0 : nil }, ignoring: text.isIgnored)
      notes = text.notes
    }
    if let directory = recipe.model.vision.from {
      let prefix = "vision."
      let source = try VisionCheckpoint(directory)
      try parameters.load(
        source.checkpoint,
        renamed: { $0.hasPrefix(prefix) ? source.prefix + $0.dropFirst(prefix.count) : nil },
        ignoring: source.isIgnored)
    }
    return notes
  }
}

extension TaskConfiguration {
  init(_ recipe: Recipe.Data) {
    let answer: Answer =
      switch recipe.target {
      case .report: .report
      case .text: .text
      case .none: .none
      }
    self.init(readsComplaint: recipe.complaint, seesImages: recipe.images, answer: answer)
  }
}
