import DeepSeek
import Fusion
import Groundwork
import Layers
import Reading
import Reports
import Tensors
import Tokenization
import Vision

/// A joint model of a few thousand random weights with a tokenizer of its own.
enum TinyModel {
  private static let corpus = [
    #"{"findings":[{"code":"pleural_effusion","presence":"present","laterality":"left","location":"lower_zone","#,
    #""severity":"moderate"}],"impression":[{"zh":"左侧胸腔积液。","en":"Left pleural effusion."}],"differential":["J90"],"#,
    #""recommendation":[{"zh":"复查胸片。","en":"Repeat the radiograph.","within":"P1W"}],"urgency":"routine"}"#,
    #"{"findings":[],"impression":[{"zh":"心肺未见明显异常。","en":"Heart and lungs are clear."}],"#,
    "M 56 咳嗽、发热三天 cough and fever for three days",
  ]

  static func interpreter(answer: TaskConfiguration.Answer = .report, seed: UInt64 = 1) throws
    -> StudyInterpreter
  {
    let tokenizer = try BPETrainer(vocabularySize: 400, minimumCount: 1).train(
      on: Array(repeating: corpus, count: 4).flatMap { $0 })
    let text = try TextConfiguration(
      vocabularySize: tokenizer.vocabularySize, hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1,
      feedForwardSize: 24, contextLength: 512, tiesEmbeddings: true, beginToken: tokenizer.beginToken,
      endToken: tokenizer.endToken)
    let vision = try VisionConfiguration(
      imageSize: 32, patchSize: 8, channels: 1, width: 16, layers: 1, heads: 2, feedForwardSize: 24,
      stem: [4, 6, 8])
    let configuration = try JointConfiguration(
      text: text, vision: vision,
      fusion: FusionConfiguration(every: 1, heads: 2, feedForwardSize: 24, gate: .tanh, findingTokens: true),
      heads: HeadConfiguration(
        findings: ["pneumothorax", "pleural_effusion", "consolidation"], classes: ["J18.9", "J90"],
        classSource: .diagnosis),
      task: TaskConfiguration(answer: answer))
    let parameters = try ParameterSet(on: Device.cpu(threads: 2))
    let model = try JointModel(configuration, in: parameters)
    try parameters.initialize(seed: seed)
    return try StudyInterpreter(model, tokenizer: tokenizer, answerLimit: 320)
  }

  /// As if the model's file had this digest.
  static func provenance(model: String = "a1") -> Provenance {
    Provenance(
      software: "lightbox test", modelDigest: model, tokenizerDigest: "b2", configurationDigest: "c3",
      generated: "2026-01-01T00:00:00Z")
  }
}
