import DeepSeek
import Groundwork
import Tensors

/// Writes several texts at once, each as it would be written alone, to the bit.
///
/// Every step is one pass over a ragged batch: the next tokens of the texts at work, and some of the prompts that are still
/// to be read. When a text ends, the next request takes its place at once (continuous batching; Yu et al. 2022, "Orca"). A
/// beginning that another place has read before, with the same images, is copied and not computed again.
public final class GenerationEngine {
  public let model: JointModel
  /// Prompt tokens that a step reads at most, so that long prompts do not hold up the texts at work.
  private let chunk: Int
  private let cache: KeyValueCache
  private let tape: Tape
  private var places: [GenerationPlace]
  private var sights: SightStore
  private var waiting: [GenerationSequence] = []
  private var finished: [Int: Generation] = [:]
  private var count = 0
  /// Tokens that have gone through the model, shared ones once.
  public private(set) var tokensRead = 0

  /// - Parameters:
  ///   - places: texts that are written at once.
  ///   - capacity: tokens of a prompt and its answer that fit.
  public init(_ model: JointModel, places: Int, capacity: Int, chunk: Int = 512) throws {
    self.model = model
    self.chunk = max(1, chunk)
    let count = max(1, places)
    cache = try KeyValueCache(
      model.configuration.text, sequences: count,
      capacity: min(capacity, model.configuration.text.contextLength),
      on: model.device)
    tape = Tape(inference: model.device)
    self.places = Array(repeating: GenerationPlace(), count: count)
    sights = SightStore(model, places: count)
  }

  /// Takes a request; gives its number.
  public func add(_ request: GenerationRequest) throws -> Int {
    try model.text.check(request.study.tokens)
    let prompt = request.study.tokens[0].count
    guard request.study.studyCount == 1, prompt > 0 else {
      throw FusionError.batch(reason: "a request is one study with a prompt")
    }
    guard prompt <= cache.capacity else {
      throw DeepSeekError.tooLong(tokens: prompt, limit: cache.capacity)
    }
    waiting.append(
      GenerationSequence(count, request, vocabularySize: model.configuration.text.vocabularySize))
    count += 1
    return count - 1
  }

  /// Whether every text has ended.
  public var isIdle: Bool { waiting.isEmpty && places.allSatisfy { $0.sequence == nil } }

  /// A text that has ended, once.
  public func take(_ number: Int) -> Generation? { finished.removeValue(forKey: number) }

  /// Ends a text where it stands.
  public func cancel(_ number: Int) {
    if let index = waiting.firstIndex(where: { $0.number == number }) {
      finished[number] = waiting.remove(at: index).answer
    }
    if let place = places.firstIndex(where: { $0.sequence?.number == number }) { end(place) }
  }

  private func cancelAll() {
    for number in waiting.map(\.number) + places.compactMap({ $0.sequence?.number }) { cancel(number) }
  }

  /// One pass over all that is at work.
  ///
  /// - Parameter onToken: called with (number of the request, token) as each token has been written.
  public func step(_ onToken: (Int, Int) throws -> AfterToken) throws {
    try admit(onToken)
    let next = compose()
    guard next.contains(where: { !$0.isEmpty }) else { return }
    let batch = try TokenBatch(next, startingAt: cache.lengths, on: model.device)
    let looking = sights.isEmpty ? nil : try JointModel.Looking(batch, sights.ranges, on: model.device)
    let hidden = try model.read(batch, looking, context: sights.context, cache: cache, tape)
    var ready: [Int] = []
    for (place, rows) in batch.sequences.enumerated() where !rows.isEmpty {
      if try take(next[place], hidden.rows(rows), at: place) { ready.append(place) }
    }
    guard !ready.isEmpty else { return }
    let last = ready.map { Int32(batch.sequences[$0].upperBound - 1) }
    try write(ready, tape.gatherRows(hidden, Tensor(indices: last, on: model.device)), onToken)
  }

  // MARK: Beginning

  private func admit(_ onToken: (Int, Int) throws -> AfterToken) throws {
    while let sequence = waiting.first, places.contains(where: { $0.sequence == nil }) {
      let (source, length, isComing) = beginning(of: sequence)
      // What another place is about to read is worth waiting for.
      if isComing { return }
      waiting.removeFirst()
      let free = places.indices.filter { places[$0].sequence == nil }
      let place = source.flatMap { free.contains($0) ? $0 : nil } ?? oldest(of: free)
      try settle(sequence, at: place, from: source, length: length)
      if sequence.request.options.maximumTokens > 0 { try force(place, onToken) }
    }
  }

  /// The place whose tokens begin like those of a new sequence, how many of them it holds, and whether more are to come.
  private func beginning(of sequence: GenerationSequence) -> (source: Int?, length: Int, isComing: Bool) {
    var best: (source: Int?, length: Int) = (nil, 0)
    var coming = 0
    for (index, place) in places.enumerated() where place.pixels === sequence.request.study.pixels {
      // The last token is computed in any case, for what comes after it.
      let limit = sequence.promptCount - 1
      let shared = min(limit, GenerationPlace.common(place.held, sequence.tokens))
      let usable = model.hasHeads ? min(shared, place.hiddenCount) : shared
      if usable > best.length { best = (index, usable) }
      if let writing = place.sequence {
        let most = model.hasHeads ? min(limit, writing.promptCount) : limit
        coming = max(coming, min(most, GenerationPlace.common(writing.tokens, sequence.tokens)))
      }
    }
    return (best.source, best.length, coming > best.length)
  }

  /// A free place with the fewest tokens to lose.
  private func oldest(of free: [Int]) -> Int {
    free.min { places[$0].held.count < places[$1].held.count } ?? 0
  }

  private func settle(
    _ sequence: GenerationSequence, at place: Int, from source: Int?, length: Int
  ) throws {
    let study = sequence.request.study
    var settled = GenerationPlace(sequence: sequence, pixels: study.pixels)
    if let source {
      try cache.copy(sequence: source, to: place, length: length)
      settled.held = Array(places[source].held.prefix(length))
      settled.sight = places[source].sight
      if model.hasHeads, length > 0 {
        settled.hidden = [try tape.concatenateRows(places[source].hidden).rows(0..<length)]
      }
    }
    cache.truncate(sequence: place, to: length)
    if settled.sight == nil { settled.sight = try model.see(study, tape) }
    sequence.sight = settled.sight
    try sights.put(settled.sight, at: place, tape)
    places[place] = settled
  }

  // MARK: A step

  /// The tokens of each place that this step reads.
  private func compose() -> [[Int]] {
    var budget = chunk
    return places.map { place in
      guard let sequence = place.sequence else { return [] }
      let rest = sequence.tokens.count - place.held.count
      // An answer goes on in every step; prompts share what is left of it.
      let isAnswer = place.held.count >= sequence.promptCount
      let taken = isAnswer ? rest : min(rest, budget)
      if !isAnswer { budget -= taken }
      return Array(sequence.tokens[place.held.count..<place.held.count + taken])
    }
  }

  /// Counts tokens as read; says whether the next one is to be chosen.
  private func take(_ tokens: [Int], _ hidden: Tensor, at place: Int) throws -> Bool {
    guard let sequence = places[place].sequence else { return false }
    let before = places[place].held.count
    places[place].held += tokens
    tokensRead += tokens.count
    if model.hasHeads, before < sequence.promptCount {
      let count = min(tokens.count, sequence.promptCount - before)
      places[place].hidden.append(try hidden.rows(0..<count))
      if before + count == sequence.promptCount { try classify(place) }
    }
    guard places[place].held.count == sequence.tokens.count else { return false }
    // A model that only classifies is asked for no token at all.
    if sequence.isFull {
      end(place)
      return false
    }
    return true
  }

  private func classify(_ place: Int) throws {
    guard let sequence = places[place].sequence else { return }
    let whole = try tape.concatenateRows(places[place].hidden)
    places[place].hidden = [whole]
    let logits = try model.classify(whole, [0..<whole.rowCount], sequence.sight, tape)
    sequence.answer.findingLogits = try logits.findings?.values() ?? []
    sequence.answer.classLogits = try logits.classes?.values() ?? []
    guard (sequence.answer.findingLogits + sequence.answer.classLogits).allSatisfy(\.isFinite) else {
      throw FusionError.notFinite
    }
  }

  /// Chooses a token for each of some places; `last` holds a row of hidden states for each of them.
  private func write(_ ready: [Int], _ last: Tensor, _ onToken: (Int, Int) throws -> AfterToken) throws {
    let logits = try model.text.logits(last, tape)
    var values = try logits.values()
    let size = logits.columnCount
    var chosen: [Int32] = []
    var isChanged = false
    for (row, place) in ready.enumerated() {
      guard let sequence = places[place].sequence else { continue }
      let token = try values.withUnsafeMutableBufferPointer {
        try sequence.choose(UnsafeMutableBufferPointer(rebasing: $0[row * size..<(row + 1) * size]))
      }
      isChanged = isChanged || sequence.isConstrained
      chosen.append(Int32(token))
    }
    if isChanged { try logits.write(values) }
    let losses = try tape.crossEntropy(
      logits, targets: Tensor(indices: chosen, on: model.device),
      factors: Tensor([Float](repeating: 1, count: ready.count), [ready.count], on: model.device)
    ).values()
    for (row, place) in ready.enumerated() {
      guard let sequence = places[place].sequence else { continue }
      let token = Int(chosen[row])
      if sequence.request.options.endTokens.contains(token) {
        sequence.answer.isComplete = true
        end(place)
        continue
      }
      if try append(token, probability: Double.exp(-Double(losses[row])), at: place, onToken) {
        try force(place, onToken)
      }
    }
  }

  /// Writes tokens as long as the grammar leaves no choice; the next step reads them all.
  private func force(_ place: Int, _ onToken: (Int, Int) throws -> AfterToken) throws {
    while let sequence = places[place].sequence, let token = try sequence.forcedToken() {
      guard try append(token, probability: 1, at: place, onToken) else { return }
    }
  }

  /// Writes a token; says whether the text goes on.
  private func append(
    _ token: Int, probability: Double, at place: Int, _ onToken: (Int, Int) throws -> AfterToken
  ) throws -> Bool {
    guard let sequence = places[place].sequence else { return false }
    try sequence.append(token, probability: probability)
    switch try onToken(sequence.number, token) {
    case .goOn: break
    case .end:
      sequence.answer.isComplete = true
      end(place)
      return false
    case .endAll:
      cancelAll()
      return false
    }
    guard sequence.isFull || sequence.tokens.count > cache.capacity else { return true }
    sequence.answer.isComplete = sequence.mayEnd
    end(place)
    return false
  }

  /// Gives a place free; what it holds stays for others that begin alike.
  private func end(_ place: Int) {
    guard let sequence = places[place].sequence else { return }
    finished[sequence.number] = sequence.answer
    places[place].sequence = nil
  }
}
