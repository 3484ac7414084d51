import DeepSeek
import Layers
import Tensors
import Testing
import Tokenization

@testable import Fusion

/// Several texts at once, each as it is written alone.
struct GenerationEngineTests {
  static func model(context: Int = 96) throws -> JointModel {
    let parameters = ParameterSet(on: try Device.cpu(threads: 2))
    let text = try TextConfiguration(
      vocabularySize: 97, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, feedForwardSize: 48,
      contextLength: context)
    let model = try JointModel(try JointConfiguration(text: text), in: parameters)
    try parameters.initialize(seed: 4)
    return model
  }

  private static let prompts: [[Int]] = (0..<7).map { index in
    (0..<(3 + 9 * index % 31)).map { (7 * $0 * ($0 + index) + 5 * index) % 97 }
  }

  private static func options(_ index: Int, _ change: (inout GenerationOptions) -> Void = { _ in })
    -> GenerationOptions
  {
    var options = GenerationOptions(maximumTokens: 4 + 5 * index % 13, seed: UInt64(index), endTokens: [])
    change(&options)
    return options
  }

  /// What the text transformer says without a cache, and with the whole text read anew for every token.
  private func plainly(_ model: JointModel, _ prompt: [Int], _ count: Int) throws -> [Int] {
    var tokens = prompt
    let tape = Tape(inference: model.device)
    for _ in 0..<count {
      let hidden = try model.text.hidden(TokenBatch([tokens], on: model.device), tape)
      let logits = try model.text.logits(hidden.rows(tokens.count - 1..<tokens.count), tape).values()
      tokens.append(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
    }
    return Array(tokens[prompt.count...])
  }

  @Test(arguments: [1, 3, 16], [5, 512])
  func eachTextIsTheOneWrittenAlone(places: Int, chunk: Int) throws {
    let model = try Self.model()
    let engine = try GenerationEngine(model, places: places, capacity: 96, chunk: chunk)
    let numbers = try Self.prompts.enumerated().map { index, prompt in
      try engine.add(GenerationRequest(prompt: prompt, Self.options(index)))
    }
    while !engine.isIdle { try engine.step { _, _ in .goOn } }
    for (index, prompt) in Self.prompts.enumerated() {
      let text = try #require(engine.take(numbers[index]))
      let expected = try plainly(model, prompt, Self.options(index).maximumTokens)
      #expect(text.tokens == expected, "prompt \(index)")
      let alone = try model.generate([GenerationRequest(prompt: prompt, Self.options(index))])[0]
      #expect(text.probabilities == alone.probabilities, "the bits of prompt \(index)")
    }
  }

  @Test(arguments: [DType.bfloat16Tiles, .int8Tiles])
  func narrowWeightsWriteTheSameTogether(_ storage: DType) throws {
    let wide = try Self.model()
    let parameters = ParameterSet(on: wide.device, matrixStorage: storage)
    let model = try JointModel(wide.configuration, in: parameters)
    try parameters.initialize(seed: 4)
    #expect(parameters.byteCount < wide.parameters.byteCount * 7 / 10)
    let requests = try Self.prompts.enumerated().map {
      try GenerationRequest(prompt: $1, Self.options($0) { $0.temperature = 1 })
    }
    let together = try model.generate(requests, places: 4)
    for (request, text) in zip(requests, together) {
      let alone = try model.generate([request])[0]
      #expect(alone.tokens == text.tokens && alone.probabilities == text.probabilities)
    }
  }

  @Test func aFinishedTextsPlaceIsTakenAtOnce() throws {
    let model = try Self.model()
    let engine = try GenerationEngine(model, places: 2, capacity: 96)
    for (index, length) in [12, 2, 2, 2, 2].enumerated() {
      var options = Self.options(index)
      options.maximumTokens = length
      _ = try engine.add(GenerationRequest(prompt: [index + 1, 9, 4], options))
    }
    var steps = 0
    while !engine.isIdle {
      try engine.step { _, _ in .goOn }
      steps += 1
    }
    // The four short texts follow each other in one place while the long one is written in the other.
    #expect(steps <= 13)
  }

  @Test func aSharedBeginningIsReadOnce() throws {
    let model = try Self.model()
    let beginning = (0..<40).map { ($0 * 31 + 7) % 97 }
    let prompts = (0..<4).map { beginning + [$0, 5, $0 + 3] }
    let engine = try GenerationEngine(model, places: 4, capacity: 96)
    let numbers = try prompts.map {
      try engine.add(GenerationRequest(prompt: $0, Self.options(1)))
    }
    while !engine.isIdle { try engine.step { _, _ in .goOn } }
    // Forty tokens once and three for each text, and then the tokens written but the last.
    #expect(engine.tokensRead == 40 + 4 * 3 + 4 * (Self.options(1).maximumTokens - 1))
    for (prompt, number) in zip(prompts, numbers) {
      #expect(engine.take(number)?.tokens == (try plainly(model, prompt, Self.options(1).maximumTokens)))
    }
  }

  @Test func oneTextCanBeEndedAndTheOthersGoOn() throws {
    let model = try Self.model()
    let requests = try Self.prompts.enumerated().map { try GenerationRequest(prompt: $1, Self.options($0)) }
    let whole = try model.generate(requests)
    var heard = 0
    let cut = try model.generate(requests, places: 3) { number, _ in
      guard number == 2 else { return .goOn }
      heard += 1
      return heard == 3 ? .end : .goOn
    }
    #expect(cut[2].tokens == Array(whole[2].tokens.prefix(3)) && cut[2].isComplete)
    for index in requests.indices where index != 2 { #expect(cut[index].tokens == whole[index].tokens) }
    var count = 0
    let stopped = try model.generate(requests, places: 3) { _, _ in
      count += 1
      return count == 5 ? .endAll : .goOn
    }
    #expect(stopped.reduce(0) { $0 + $1.tokens.count } == 5)

    let engine = try GenerationEngine(model, places: 1, capacity: 96)
    let first = try engine.add(requests[1])
    let second = try engine.add(requests[2])
    try engine.step { _, _ in .goOn }
    engine.cancel(first)
    engine.cancel(second)
    #expect(engine.isIdle)
    #expect(engine.take(first)?.tokens.count == 1 && engine.take(second)?.tokens.isEmpty == true)
  }

  /// A grammar whose text is two fixed tokens, one of two, and three fixed ones.
  struct Fixed: TokenConstraint {
    var written = 0
    func allow(into mask: inout TokenMask) {
      switch written {
      case 2: for token in [20, 21] { mask.allow(token) }
      case 6: break
      default: mask.allow(50 + written)
      }
    }
    mutating func accept(_ token: Int) { written += 1 }
    let isShortened = false
    var mayEnd: Bool { written == 6 }
  }

  @Test func tokensWithoutAChoiceAreNotAskedFor() throws {
    let model = try Self.model()
    let options = GenerationOptions(maximumTokens: 20, endTokens: [96])
    let engine = try GenerationEngine(model, places: 1, capacity: 96)
    let number = try engine.add(GenerationRequest(prompt: [1, 2, 3], options, constraint: Fixed()))
    var steps = 0
    while !engine.isIdle {
      try engine.step { _, _ in .goOn }
      steps += 1
    }
    let text = try #require(engine.take(number))
    #expect(text.isComplete && text.tokens.count == 6)
    #expect(Array(text.tokens[..<2]) == [50, 51] && Array(text.tokens[3...]) == [53, 54, 55])
    #expect(text.probabilities.filter { $0 == 1 }.count == 5)
    // One for the prompt with what must follow it, one for what follows the choice.
    #expect(steps == 2)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let model = try Self.model(context: 8)
    let engine = try GenerationEngine(model, places: 1, capacity: 100)
    let options = GenerationOptions(maximumTokens: 20, endTokens: [])
    #expect(throws: DeepSeekError.self) {
      _ = try engine.add(GenerationRequest(prompt: Array(repeating: 1, count: 9), options))
    }
    #expect(throws: DeepSeekError.self) { _ = try engine.add(GenerationRequest(prompt: [97], options)) }
    #expect(throws: FusionError.self) { _ = try engine.add(GenerationRequest(prompt: [], options)) }
    #expect(try model.generate([GenerationRequest(prompt: [1, 2], options)])[0].tokens.count == 7)
  }
}
