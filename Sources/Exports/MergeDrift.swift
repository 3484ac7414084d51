import DeepSeek
import Fusion
import Groundwork
import Tensors
import Tokenization

/// How far merging adapters into the weights, which rounds anew, moves what the model computes.
public struct MergeDrift: Sendable, Equatable {
  /// Tokens of the prompts that were compared.
  public let tokens: Int
  /// The largest difference of two logits, and the mean.
  public let largest: Double
  public let mean: Double
  /// The largest logit by magnitude, to hold the differences against.
  public let scale: Double
  /// Places at which the likeliest next token is another one.
  public let changedTokens: Int

  public var json: JSON {
    [
      "tokens": .integer(tokens), "largest_difference": .number(largest), "mean_difference": .number(mean),
      "largest_logit": .number(scale), "changed_tokens": .integer(changedTokens),
    ]
  }

  /// Merges the adapters of a model and compares its logits on fixed prompts before and after.
  public static func merging(_ model: JointModel, tokenizer: Tokenizer?) throws -> MergeDrift? {
    guard let adapters = model.parameters.adapters, !adapters.isMerged else { return nil }
    let prompts = prompts(model, tokenizer)
    let before = try logits(model, prompts)
    try adapters.merge()
    let after = try logits(model, prompts)
    return MergeDrift(before, after, vocabulary: model.configuration.text.vocabularySize)
  }

  init(_ before: [Float], _ after: [Float], vocabulary: Int) {
    var (largest, total, scale, changed) = (0.0, 0.0, 0.0, 0)
    for (first, second) in zip(before, after) {
      let difference = Double((first - second).magnitude)
      largest = max(largest, difference)
      total += difference
      scale = max(scale, Double(first.magnitude))
    }
    tokens = before.count / max(1, vocabulary)
    for row in 0..<tokens {
      let place = row * vocabulary..<(row + 1) * vocabulary
      if before[place].indices.max(by: { before[$0] < before[$1] })
        != after[place].indices.max(by: { after[$0] < after[$1] })
      {
        changed += 1
      }
    }
    (self.largest, self.scale, changedTokens) = (largest, scale, changed)
    mean = before.isEmpty ? 0 : total / Double(before.count)
  }

  private static let texts = [
    "患者，男，56岁，咳嗽、咳痰伴发热3天。", "双肺纹理增粗，右下肺见斑片状高密度影，心影不大。",
    "Persistent cough and fever for three days, worse at night.",
    "The heart is of normal size. There is no pleural effusion or pneumothorax.",
  ]

  /// The texts in tokens; without a tokenizer, as many sequences of fixed random tokens.
  private static func prompts(_ model: JointModel, _ tokenizer: Tokenizer?) -> [[Int]] {
    let vocabulary = model.configuration.text.vocabularySize
    let limit = model.configuration.text.contextLength
    let prompts =
      tokenizer.map { tokenizer in texts.map { tokenizer.encode($0, addSpecial: true) } }
      ?? texts.indices.map { index in
        var generator = PhiloxGenerator(seed: 1, stream: UInt64(index))
        return (0..<24).map { _ in Int.random(in: 0..<vocabulary, using: &generator) }
      }
    return prompts.map { $0.filter { $0 < vocabulary }.prefix(limit) }.map(Array.init)
  }

  private static func logits(_ model: JointModel, _ prompts: [[Int]]) throws -> [Float] {
    let tape = Tape(inference: model.device)
    let hidden = try model.text.hidden(TokenBatch(prompts, on: model.device), tape)
    return try model.text.logits(hidden, tape).values()
  }
}
