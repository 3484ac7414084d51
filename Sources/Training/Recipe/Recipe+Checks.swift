extension Recipe {
  /// Values that are possible each alone but not together: the keys concerned, the likeliest to be wrong first.
  struct Problem {
    let keys: [String]
    let reason: String
  }

  /// The first problem; nil when the recipe can be run as far as can be said without its data and checkpoints.
  var firstProblem: Problem? { problems.first { $0.holds }?.problem }

  private typealias Check = (holds: Bool, problem: Problem)

  private var problems: [Check] { purposeProblems + textProblems + visionProblems + measureProblems }

  private func check(_ holds: Bool, _ keys: [String], _ reason: @autoclosure () -> String) -> Check {
    (holds, Problem(keys: keys, reason: holds ? reason() : ""))
  }

  private var purposeProblems: [Check] {
    let teachesNothing =
      (data.target == .none || losses.report == 0) && (!heads.findings || losses.findings == 0)
      && (heads.classes == .none || losses.classes == 0)
    return [
      check(
        data.target != .text && !data.complaint && !data.images, ["data.images", "data.complaint"],
        "data.complaint and data.images are both false, so that the model would see nothing; turn one on"),
      check(
        teachesNothing, ["data.target", "losses.report", "heads.findings"],
        "nothing is learned; set data.target to report or text, or turn a head on, with a loss above 0"),
      check(
        data.train == data.validation, ["data.validation", "data.train"],
        "data.validation is the split that is learned from; name another"),
      check(
        data.test == data.train || data.test == data.validation,
        ["data.test", "data.validation", "data.train"],
        "data.test is \(data.test ?? "null"), a split that the model is learned or chosen by; name another, or null"
      ),
      check(
        model.from != nil && (model.text.from != nil || model.vision.from != nil),
        ["model.text.from", "model.vision.from", "model.from"],
        "model.from is a whole joint model, so that its parts cannot come from elsewhere; leave one of the two out"
      ),
      check(
        training.batchTokens.map { $0 < data.context } ?? false, ["training.batch_tokens", "data.context"],
        "training.batch_tokens is \(training.batchTokens ?? 0), less than data.context, \(data.context), of one study; "
          + "raise it"),
    ]
  }

  private var textProblems: [Check] {
    let text = model.text
    guard model.from == nil, text.from == nil else { return [] }
    let width = text.hidden / text.heads
    return [
      check(
        text.hidden % text.heads != 0, ["model.text.heads", "model.text.hidden"],
        "model.text.heads is \(text.heads), which does not divide model.text.hidden, \(text.hidden); "
          + Self.divisors(of: text.hidden, near: text.heads)),
      check(
        text.heads % text.keyValueHeads != 0, ["model.text.key_value_heads", "model.text.heads"],
        "model.text.key_value_heads is \(text.keyValueHeads), which does not divide model.text.heads, \(text.heads); "
          + Self.divisors(of: text.heads, near: text.keyValueHeads)),
      check(
        width % 2 != 0, ["model.text.heads", "model.text.hidden"],
        "a head of the text model is \(width) wide, but the rotary embedding needs an even width; change "
          + "model.text.heads or model.text.hidden"),
    ]
  }

  private var visionProblems: [Check] {
    guard data.images else { return [] }
    let vision = model.vision
    let fusion = model.fusion
    let isNew = model.from == nil
    let grid = 1 << vision.stem.count
    var checks: [Check] = []
    if isNew, vision.from == nil {
      checks += [
        check(
          data.imageSize % vision.patch != 0, ["data.image_size", "model.vision.patch"],
          "data.image_size is \(data.imageSize), not a multiple of model.vision.patch, \(vision.patch); "
            + "take \(max(1, data.imageSize / vision.patch) * vision.patch)"),
        check(
          !vision.stem.isEmpty && vision.patch != grid, ["model.vision.stem", "model.vision.patch"],
          "model.vision.stem halves the image \(vision.stem.count) times, so that model.vision.patch must be \(grid), "
            + "not \(vision.patch)"),
        check(
          vision.width % vision.heads != 0, ["model.vision.heads", "model.vision.width"],
          "model.vision.heads is \(vision.heads), which does not divide model.vision.width, \(vision.width); "
            + Self.divisors(of: vision.width, near: vision.heads)),
      ]
    }
    if isNew, model.text.from == nil {
      checks += [
        check(
          model.text.hidden % fusion.heads != 0, ["model.fusion.heads", "model.text.hidden"],
          "model.fusion.heads is \(fusion.heads), which does not divide model.text.hidden, \(model.text.hidden); "
            + Self.divisors(of: model.text.hidden, near: fusion.heads)),
        check(
          fusion.every > model.text.layers, ["model.fusion.every", "model.text.layers"],
          "model.fusion.every is \(fusion.every), but the text model has only \(model.text.layers) layers, so that no "
            + "block would be made"),
      ]
    }
    if isNew, vision.from == nil {
      checks += [
        check(
          vision.width % fusion.heads != 0, ["model.fusion.heads", "model.vision.width"],
          "model.fusion.heads is \(fusion.heads), which does not divide model.vision.width, \(vision.width); "
            + Self.divisors(of: vision.width, near: fusion.heads))
      ]
    }
    return checks
  }

  private var measureProblems: [Check] {
    let best = "evaluation.best is \(evaluation.best.rawValue), but"
    return [
      check(
        evaluation.best == .findingsAUROC && !heads.findings, ["evaluation.best", "heads.findings"],
        "\(best) heads.findings is false; turn it on, or take loss"),
      check(
        evaluation.best == .classesAccuracy && heads.classes == .none, ["evaluation.best", "heads.classes"],
        "\(best) heads.classes is none; set it to label or diagnosis, or take loss"),
      check(
        evaluation.best == .reportF1 && (evaluation.generate == 0 || data.target != .report),
        ["evaluation.best", "evaluation.generate", "data.target"],
        "\(best) no reports are written; set evaluation.generate above 0 and data.target to report, or take loss"
      ),
    ]
  }

  /// The mend for a number that should divide another.
  private static func divisors(of number: Int, near wish: Int) -> String {
    let divisors = (1...min(number, 1024)).filter { number % $0 == 0 }
    let below = divisors.last { $0 < wish }
    let above = divisors.first { $0 > wish }
    return "take " + [below, above].compactMap { $0.map(String.init) }.joined(separator: " or ")
  }
}
