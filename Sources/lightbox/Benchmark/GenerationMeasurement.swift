import Benchmarks
import Console
import Fusion
import Groundwork
import Tensors

/// `lightbox benchmark generate`.
enum GenerationMeasurement {
  static let model = Parameter.operand(optional: "MODEL", "a model directory", .path)
  static let promptTokens = Parameter.option(
    "prompt-tokens", "N", "tokens of the prompt", .integer(1...), default: 512)
  static let answerTokens = Parameter.option(
    "max-tokens", "N", "tokens that are written", .integer(2...), default: 48)
  static let weights = Parameter.repeated(
    "weights", WeightStorage.names, "how the matrices are kept; all of them without",
    .word(among: WeightStorage.allCases.map(\.rawValue)))
  static let answers = Parameter.option(
    "answers", "N,...", "how many answers are written at once; 1,4,16 without", .integers)

  @Sendable static func run(_ arguments: Arguments, _ session: Session) throws {
    let device = try Device.cpu()
    let chosen = try arguments[weights].compactMap(WeightStorage.init)
    let storages = chosen.isEmpty ? WeightStorage.allCases : chosen
    let counts = try arguments[answers] ?? [1, 4, 16]
    guard counts.allSatisfy({ 1...1024 ~= $0 }) else {
      throw ConsoleError.contradiction("--answers takes numbers from 1 to 1024, as in 1,4,16")
    }
    let repetitions = try arguments[CommonMeasurement.repetitions]
    let progress = try CommonMeasurement.progress(
      "benchmark generate", "repetitions", total: storages.count * (repetitions + 1) * (1 + counts.count),
      arguments, session)
    let bandwidth = try BandwidthBenchmark.read(on: device)
    let results = try storages.map { storage in
      let model =
        try arguments[model].map { try JointModel.load($0, on: device, matrixStorage: storage.type) }
        ?? GenerationBenchmark.randomModel(weights: storage.type, on: device)
      return try (
        storage,
        GenerationBenchmark.run(
          model, promptTokens: arguments[promptTokens], answerTokens: arguments[answerTokens],
          answers: counts,
          repetitions: repetitions, onRepetition: { progress.advance() })
      )
    }
    progress.finish()
    let facts = try device.facts()
    if try arguments[CommonOption.json] {
      return try CommonMeasurement.answer(
        [
          ("read_bandwidth", .number(bandwidth)),
          ("generate", .array(results.map { json($0.0, $0.1, bandwidth) })),
        ], about: facts, in: session)
    }
    try CommonMeasurement.introduce(facts, in: session)
    let parameters = Double(results.first?.1.parameters ?? 0) / 1e6
    try session.say(
      "\(parameters.text(decimals: 1)) M parameters; memory is read at \((bandwidth / 1e9).text(decimals: 1)) GB/s"
    )
    try session.output.write(table(results, bandwidth).text(on: session.terminal))
  }

  private static func table(
    _ results: [(WeightStorage, GenerationBenchmark.Result)], _ bandwidth: Double
  ) -> Table {
    var table = Table(columns: [
      .init("weights"), .init("work"), .init("tokens/s", .right), .init("MB/token", .right),
      .init("GB/s", .right), .init("share", .right),
    ])
    for (storage, result) in results {
      table.add(
        storage.rawValue, "prompt of \(result.promptTokens)", result.promptTokensPerSecond.text(decimals: 1))
      for writing in result.writings {
        let rate = result.bandwidth(writing)
        table.add(
          storage.rawValue, writing.answers == 1 ? "answer" : "\(writing.answers) answers at once",
          writing.tokensPerSecond.text(decimals: 1), (Double(result.bytesOfToken) / 1e6).text(decimals: 1),
          (rate / 1e9).text(decimals: 1), (rate / bandwidth).text(decimals: 2))
      }
    }
    return table
  }

  private static func json(
    _ storage: WeightStorage, _ result: GenerationBenchmark.Result, _ bandwidth: Double
  ) -> JSON {
    [
      "weights": .string(storage.rawValue), "parameters": .integer(result.parameters),
      "bytes_per_token": .integer(result.bytesOfToken), "prompt_tokens": .integer(result.promptTokens),
      "reading_seconds": result.reading.json,
      "prompt_tokens_per_second": .number(result.promptTokensPerSecond),
      "writing": .array(
        result.writings.map { writing in
          [
            "answers": .integer(writing.answers), "tokens": .integer(writing.tokens),
            "seconds": writing.measurement.json, "tokens_per_second": .number(writing.tokensPerSecond),
            "bandwidth_share": .number(result.bandwidth(writing) / bandwidth),
          ]
        }),
    ]
  }
}
