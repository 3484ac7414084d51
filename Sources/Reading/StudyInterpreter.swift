import Fusion
import Groundwork
import Imaging
import Reports
import Studies
import Tensors
import Tokenization

/// What a model made of one study.
public struct Interpretation: Sendable {
  /// The text that the model wrote; empty when it writes none.
  public var text: String
  /// The clinical part of the report; nil when the model writes free text or none.
  public var draft: ClinicalDraft?
  /// Whether the answer ended by itself.
  public var isComplete: Bool
  /// Whether the answer was cut at the limit, or written shorter to end before it.
  public var isShortened: Bool
  /// The calibrated probability of each finding of the model's head.
  public var findings: [(code: FindingCode, probability: Double)]
  /// The calibrated probability of each class of the model's head, the likeliest first.
  public var classes: [(name: String, probability: Double)]
  /// The scores of the heads before calibration.
  public var findingLogits: [Float]
  public var classLogits: [Float]
  /// The geometric mean of the probabilities of the tokens chosen: how sure the model was of its words.
  public var tokenConfidence: Double?
  /// The tokens of the answer.
  public var tokens: [Int]
}

/// Reads studies with a trained model: the heads' probabilities, the written answer, and where it looked.
public final class StudyInterpreter {
  public let model: JointModel
  public let encoder: StudyEncoder
  /// The most tokens of an answer.
  public let answerLimit: Int
  /// Studies that are written on at once.
  public var places = 16
  private let vocabulary: GrammarVocabulary?

  public init(_ model: JointModel, tokenizer: Tokenizer, answerLimit: Int = 384) throws {
    self.model = model
    self.answerLimit = answerLimit
    encoder = try StudyEncoder(model.configuration, tokenizer: tokenizer)
    vocabulary = model.configuration.task.answer == .report ? try GrammarVocabulary(tokenizer) : nil
  }

  /// Loads a model directory with its tokenizer.
  ///
  /// - Parameter weights: how the text transformer's matrices are kept in memory.
  public static func load(
    _ directory: String, weights: DType = .float32, on device: Device
  ) throws -> StudyInterpreter {
    let path = Path.join(directory, "tokenizer.json")
    guard File.kind(of: path) == .regular else { throw ReadingError.noTokenizer(directory: directory) }
    let model = try JointModel.load(directory, on: device, matrixStorage: weights)
    return try StudyInterpreter(model, tokenizer: Tokenizer(directory))
  }

  /// Reads several studies, up to `places` of them at once: when one is done, the next takes its place.
  ///
  /// - Parameters:
  ///   - temperature: 0 takes the likeliest word each time.
  ///   - onText: called with (study, text) as words are written; false stops.
  public func interpret(
    _ studies: [EncodedStudy], temperature: Double = 0, seed: UInt64 = 0,
    onText: ((Int, String) throws -> Bool)? = nil
  ) throws -> [Interpretation] {
    let writes = model.configuration.task.answer != .none
    let endTokens = Set([encoder.template.endToken(of: encoder.tokenizer)].compactMap { $0 })
    let requests = try studies.map { study in
      // Each by its own length, so that an answer does not depend on what else is read.
      let budget = writes ? min(answerLimit, encoder.context - study.tokens.count) : 0
      let options = GenerationOptions(
        maximumTokens: budget, temperature: temperature, seed: seed, endTokens: endTokens)
      return GenerationRequest(
        try StudyBatch([study], on: model.device), options,
        constraint: try vocabulary.map { try ClinicalDraft.constraint(vocabulary: $0, budget: budget) })
    }
    var decoders = studies.map { _ in StreamingDecoder(encoder.tokenizer) }
    let answers = try model.generate(requests, places: places) { study, token in
      guard let onText else { return .goOn }
      return try onText(study, decoders[study].append(token)) ? .goOn : .endAll
    }
    return try answers.map(interpretation)
  }

  private func interpretation(_ answer: Generation) throws -> Interpretation {
    let text = encoder.tokenizer.decode(answer.tokens)
    let heads = model.configuration.heads
    let calibration = model.configuration.calibration
    let classes = zip(heads.classes, calibration.classProbabilities(logits: answer.classLogits))
    let logarithms = answer.probabilities.map { Double.log($0) }
    return Interpretation(
      text: text, draft: vocabulary == nil ? nil : try ClinicalDraft(parsing: text),
      isComplete: answer.isComplete,
      isShortened: answer.isShortened || !answer.isComplete && !answer.tokens.isEmpty,
      findings: zip(heads.findings, answer.findingLogits).compactMap { name, logit in
        FindingCode(rawValue: name).map { ($0, calibration.findingProbability(logit: logit)) }
      }, classes: classes.map { ($0, $1) }.sorted { $0.1 > $1.1 },
      findingLogits: answer.findingLogits, classLogits: answer.classLogits,
      tokenConfidence: logarithms.isEmpty
        ? nil : Double.exp(logarithms.reduce(0, +) / Double(logarithms.count)), tokens: answer.tokens)
  }

  /// Where the model looked while it wrote, for one study with images.
  public func evidence(_ study: EncodedStudy, _ interpretation: Interpretation) throws -> Evidence? {
    let whole = EncodedStudy(
      id: study.id, tokens: study.tokens + interpretation.tokens, promptLength: study.promptLength,
      images: study.images, views: study.views, findings: study.findings, classIndex: study.classIndex)
    return try model.evidence(StudyBatch([whole], on: model.device))
  }
}

extension GrammarVocabulary {
  /// The tokens of a tokenizer by the bytes they write; special tokens write none.
  convenience init(_ tokenizer: Tokenizer) throws {
    try self.init(
      tokens: (0..<tokenizer.vocabularySize).map { tokenizer.isSpecial($0) ? nil : tokenizer.bytes(of: $0) })
  }
}
