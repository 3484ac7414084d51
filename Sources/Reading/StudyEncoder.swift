import Fusion
import Groundwork
import Imaging
import Reports
import Studies
import Tokenization
import Vision

/// Turns study records into what a joint model takes, the same way in training and in use.
public struct StudyEncoder: Sendable {
  public let tokenizer: Tokenizer
  public let template: ChatTemplate
  public let task: TaskConfiguration
  public let heads: HeadConfiguration
  /// How images are brought to the encoder's size; nil when the model sees none.
  public let pipeline: PixelPipeline?
  /// The longest sequence in tokens.
  public let context: Int
  private let findings: [FindingCode]

  public init(
    _ configuration: JointConfiguration, tokenizer: Tokenizer, context: Int? = nil
  ) throws {
    guard tokenizer.vocabularySize <= configuration.text.vocabularySize else {
      throw ReadingError.tokenizerMismatch(
        tokens: tokenizer.vocabularySize, vocabulary: configuration.text.vocabularySize)
    }
    self.tokenizer = tokenizer
    template = ChatTemplate(for: tokenizer)
    task = configuration.task
    heads = configuration.heads
    self.context = min(context ?? configuration.text.contextLength, configuration.text.contextLength)
    pipeline = configuration.task.seesImages ? configuration.vision.map(PixelPipeline.init) : nil
    findings = try configuration.heads.findings.map { name in
      guard let code = FindingCode(rawValue: name) else { throw ReadingError.unknownFinding(name: name) }
      return code
    }
  }

  /// What the model is told: sex and age, the complaint and the history, as far as they are known and it reads them.
  public func prompt(_ study: Study) -> String { Self.prompt(study, task) }

  /// The prompt's text for a task, before there is a model.
  public static func prompt(_ study: Study, _ task: TaskConfiguration) -> String {
    guard task.readsComplaint else { return "" }
    var lines: [String] = []
    var person: [String] = []
    if let sex = study.sex, sex != .unknown { person.append(sex.rawValue) }
    if let age = study.ageYears { person.append(String(Int(age))) }
    if !person.isEmpty { lines.append(person.joined(separator: " ")) }
    if let complaint = study.complaint?.text, !complaint.isEmpty { lines.append(complaint) }
    if let history = study.history, !history.isEmpty { lines.append(history) }
    return lines.joined(separator: "\n")
  }

  /// What the model is to write; nil when it writes nothing, or the record does not say.
  public func answer(_ study: Study) throws -> String? { try Self.answer(study, task) }

  /// The answer's text for a task, before there is a model.
  public static func answer(_ study: Study, _ task: TaskConfiguration) throws -> String? {
    switch task.answer {
    case .none: return nil
    case .text: return study.reportText
    case .report: return try ClinicalDraft(reference: study)?.text
    }
  }

  /// A study for use: its prompt and images.
  public func encode(_ study: Study, radiographs: [Radiograph]) throws -> EncodedStudy {
    let tokens = try template.prompt([ChatMessage(.user, prompt(study))], tokenizer: tokenizer)
    guard tokens.count < context else {
      throw ReadingError.tooLong(record: study.id, tokens: tokens.count, limit: context, part: "complaint")
    }
    return try encoded(
      study, tokens: tokens, promptLength: tokens.count, radiographs: radiographs, augmenting: nil)
  }

  /// A study for training: its answer behind its prompt if wanted, its images perhaps changed by random draws.
  public func encodeForTraining(
    _ study: Study, radiographs: [Radiograph], augmenting: (Augmentation, PhiloxGenerator)? = nil,
    withAnswer: Bool = true
  ) throws -> EncodedStudy {
    let user = ChatMessage(.user, prompt(study))
    var tokens = try template.prompt([user], tokenizer: tokenizer)
    let promptLength = tokens.count
    if withAnswer, let answer = try answer(study) {
      tokens = try template.training([user, ChatMessage(.assistant, answer)], tokenizer: tokenizer).tokens
    }
    guard tokens.count <= context else {
      throw ReadingError.tooLong(
        record: study.id, tokens: tokens.count, limit: context, part: "complaint and answer")
    }
    return try encoded(
      study, tokens: tokens, promptLength: promptLength, radiographs: radiographs, augmenting: augmenting)
  }

  private func encoded(
    _ study: Study, tokens: [Int], promptLength: Int, radiographs: [Radiograph],
    augmenting: (Augmentation, PhiloxGenerator)?
  ) throws -> EncodedStudy {
    var images: [PreparedImage] = []
    var views: [StudyBatch.ImageView] = []
    if let pipeline {
      let draws = Self.draws(augmenting, count: radiographs.count)
      for (index, radiograph) in radiographs.enumerated() {
        images.append(pipeline.prepare(radiograph, augmented: draws[index]))
        let isPrior = study.images.indices.contains(index) && study.images[index].role == .prior
        views.append(isPrior ? .prior : StudyBatch.ImageView(radiograph.view))
      }
    }
    return EncodedStudy(
      id: study.id, tokens: tokens, promptLength: promptLength, images: images, views: views,
      findings: findings.map { code in
        switch study.presence(of: code) {
        case .present: true
        case .absent: false
        default: nil
        }
      }, classIndex: className(study).flatMap { heads.classes.firstIndex(of: $0) })
  }

  /// One draw of an augmentation for each image.
  private static func draws(_ augmenting: (Augmentation, PhiloxGenerator)?, count: Int) -> [Augmentation
    .Draw?]
  {
    guard let (augmentation, start) = augmenting else { return Array(repeating: nil, count: count) }
    var generator = start
    return (0..<count).map { _ in augmentation.draw(from: &generator) }
  }

  /// What the class head is to name for a study.
  public func className(_ study: Study) -> String? {
    switch heads.classSource {
    case .label: study.label
    case .diagnosis: study.diagnoses.first?.icd10
    }
  }
}

extension Study {
  /// Reads the study's radiographs; each view that the record states wins over the file's.
  public func radiographs(in directory: String) throws -> [Radiograph] {
    try images.map { image in
      var radiograph = try Radiograph.read(Path.join(directory, image.path))
      if let view = image.view, view != .unknown { radiograph.view = view }
      return radiograph
    }
  }
}

extension PixelPipeline {
  /// What a vision encoder takes, as its checkpoint says; else its size and channels, the whole image, intensities brought
  /// to −1 … 1.
  init(_ configuration: VisionConfiguration) {
    guard let preprocessing = configuration.preprocessing else {
      let half = [Float](repeating: 0.5, count: configuration.channels)
      self.init(size: configuration.inputSize, mean: half, deviation: half)
      return
    }
    self.init(
      size: preprocessing.side, mean: preprocessing.mean, deviation: preprocessing.deviation,
      kernel: preprocessing.kernel == .bicubic ? .bicubic : .bilinear,
      fit: Fit(preprocessing.fit))
  }
}

extension PixelPipeline.Fit {
  init(_ fit: ImagePreprocessing.Fit) {
    switch fit {
    case .stretch: self = .stretch
    case .crop(let shorterSide): self = .crop(shorterSide: shorterSide)
    }
  }
}

extension StudyBatch.ImageView {
  init(_ view: View) {
    switch view {
    case .posteroanterior, .anteroposterior, .anteroposteriorSupine: self = .frontal
    case .lateral: self = .lateral
    case .other, .unknown: self = .unknown
    }
  }
}
