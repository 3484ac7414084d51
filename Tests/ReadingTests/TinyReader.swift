import Fusion
import Imaging
import Layers
import Reports
import Studies
import Tensors
import Tokenization
import Vision

@testable import DeepSeek
@testable import Reading

/// A small random joint model over phantom studies, made anew for each test.
struct TinyReader {
  let interpreter: StudyInterpreter
  let tokenizer: Tokenizer
  let studies: [(study: Study, images: [Radiograph])]

  init(answer: TaskConfiguration.Answer = .report, seesImages: Bool = true, context: Int = 512) throws {
    studies = try (0..<4).map { try PhantomGenerator(seed: 5, size: 96).study($0) }
    let texts = studies.flatMap { [$0.study.complaint?.text ?? "", ClinicalDraft(statedBy: $0.study).text] }
    tokenizer = try BPETrainer(vocabularySize: 400).train(on: texts)
    let configuration = try JointConfiguration(
      text: TextConfiguration(
        vocabularySize: tokenizer.vocabularySize, hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1,
        feedForwardSize: 24, contextLength: context, tiesEmbeddings: true),
      vision: seesImages
        ? VisionConfiguration(
          imageSize: 32, patchSize: 8, channels: 1, width: 16, layers: 1, heads: 2, feedForwardSize: 24,
          stem: [4, 6, 8]) : nil,
      fusion: seesImages
        ? FusionConfiguration(every: 1, heads: 2, feedForwardSize: 24, gate: .zeroOutput, findingTokens: true)
        : nil,
      heads: HeadConfiguration(
        findings: ["pneumothorax", "cardiomegaly"], classes: ["I50.9", "J18.9"], classSource: .diagnosis),
      task: TaskConfiguration(seesImages: seesImages, answer: answer))
    let parameters = ParameterSet(on: try Device.cpu(threads: 2))
    let model = try JointModel(configuration, in: parameters)
    try parameters.initialize(seed: 3)
    interpreter = try StudyInterpreter(model, tokenizer: tokenizer)
  }

  func encoded() throws -> [EncodedStudy] {
    try studies.map { try interpreter.encoder.encode($0.study, radiographs: $0.images) }
  }
}
