internal import Groundwork

/// Makes a tokenizer from text: byte-level byte pairs over the pieces of DeepSeek-V3's pre-tokenizer, which suits Chinese
/// and English alike (Sennrich et al. 2016). The same texts give the same tokenizer, and the one that the `tokenizers`
/// library would train.
public struct BPETrainer: Sendable {
  /// How many tokens there shall be, control tokens and the 256 bytes included.
  public let vocabularySize: Int
  /// Tokens found by content. They get the first ids in this order; the first three begin a text, end it, and fill a batch.
  public let controlTokens: [String]
  /// Pairs that occur less often are never merged.
  public let minimumCount: Int

  public static let deepSeekControlTokens = [
    "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>", "<｜User｜>", "<｜Assistant｜>", "<think>",
    "</think>",
  ]

  public init(
    vocabularySize: Int, controlTokens: [String] = Self.deepSeekControlTokens, minimumCount: Int = 2
  ) throws {
    guard controlTokens.count >= 3, Set(controlTokens).count == controlTokens.count,
      !controlTokens.contains(where: { $0.isEmpty })
    else {
      throw TokenizationError.untrainable(reason: "three different control tokens are wanted at least")
    }
    guard vocabularySize >= controlTokens.count + 256, vocabularySize < TokenTable.idLimit else {
      throw TokenizationError.untrainable(
        reason:
          "\(vocabularySize) tokens are too few for \(controlTokens.count) control tokens and 256 bytes, or too many"
      )
    }
    self.vocabularySize = vocabularySize
    self.controlTokens = controlTokens
    self.minimumCount = minimumCount
  }

  /// Trains on some texts, each taken once, in order. With little text the vocabulary stays smaller than wanted.
  public func train(on texts: some Sequence<String>) throws -> Tokenizer {
    let preTokenizer = try PreTokenizer(steps: Self.expressions.map { .isolate(try Pattern($0)) })
    var words = WordCounts()
    let space = Pattern.Space()
    for var text in texts {
      text.withUTF8 { bytes in preTokenizer.forEachPiece(of: bytes, space: space) { words.add($0) } }
    }
    var vocabulary = controlTokens
    // Bytes come in the order of their letters, as in every published vocabulary.
    let letters = ByteAlphabet.scalars.enumerated().sorted { $0.element < $1.element }
    var byteTokens = [Int32](repeating: 0, count: 256)
    for (byte, letter) in letters {
      byteTokens[byte] = Int32(vocabulary.count)
      vocabulary.append(String(letter))
    }
    let firstMergeable = controlTokens.count
    var learner = PairLearner(words, byteTokens: byteTokens)
    var merges: [JSON] = []
    // A merge may spell a token that another merge made before; both then lead to that one.
    var ids = [String: Int](
      uniqueKeysWithValues: vocabulary.enumerated().dropFirst(firstMergeable).map { ($1, $0) })
    while vocabulary.count < vocabularySize, let pair = learner.best(minimumCount: minimumCount) {
      let left = vocabulary[Int(pair.left)]
      let right = vocabulary[Int(pair.right)]
      let id = ids[left + right] ?? vocabulary.count
      if id == vocabulary.count {
        vocabulary.append(left + right)
        ids[left + right] = id
      }
      merges.append(.string("\(left) \(right)"))
      learner.merge(pair, into: Int32(id))
    }
    return try tokenizer(vocabulary, merges)
  }

  private func tokenizer(_ vocabulary: [String], _ merges: [JSON]) throws -> Tokenizer {
    let definition = Self.definition(vocabulary, merges, controlTokens: controlTokens)
    let configuration: JSON = [
      "add_bos_token": true, "add_eos_token": false, "bos_token": .string(controlTokens[0]),
      "eos_token": .string(controlTokens[1]), "pad_token": .string(controlTokens[2]),
      "clean_up_tokenization_spaces": false,
      "tokenizer_class": "PreTrainedTokenizerFast",
    ]
    return try Tokenizer(
      definition: .bytes(Array(definition.text(pretty: true).utf8)), path: "the trained tokenizer",
      configuration: configuration, modelConfiguration: .null)
  }
}
