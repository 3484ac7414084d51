import Tensors

/// The keys and values of cross-attention for every place of the engine, in one tensor for each block, as the places attend
/// together.
struct SightStore {
  private let model: JointModel
  private let places: Int
  /// Rows of visual memory that fit a place.
  private var capacity = 0
  private(set) var context: [Int: GatedCrossAttention.Memory] = [:]
  private var counts: [Int]

  init(_ model: JointModel, places: Int) {
    self.model = model
    self.places = places
    counts = Array(repeating: 0, count: places)
  }

  var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

  /// The rows of each place; none where nothing is seen.
  var ranges: [Range<Int>] { (0..<places).map { $0 * capacity..<$0 * capacity + counts[$0] } }

  /// Puts down what a place sees.
  mutating func put(_ sight: VisualMemory?, at place: Int, _ tape: Tape) throws {
    counts[place] = 0
    guard let sight, let rows = sight.studies.first, !rows.isEmpty else { return }
    if rows.count > capacity { try grow(to: rows.count) }
    for (block, new) in try model.context(sight, tape) {
      guard let memory = context[block] else { continue }
      let target = place * capacity..<place * capacity + rows.count
      try memory.keys.rows(target).copy(from: new.keys.rows(rows))
      try memory.values.rows(target).copy(from: new.values.rows(rows))
    }
    counts[place] = rows.count
  }

  private mutating func grow(to rows: Int) throws {
    let (old, before) = (context, capacity)
    let width = model.configuration.text.hiddenSize
    capacity = rows
    for block in model.blocks.keys {
      // Zeros, as rows beyond a range are passed over but must be numbers.
      let memory = GatedCrossAttention.Memory(
        keys: try Tensor.zeros([places * rows, width], on: model.device),
        values: try Tensor.zeros([places * rows, width], on: model.device))
      for place in 0..<places where counts[place] > 0 {
        let (from, to) = (place * before, place * rows)
        guard let source = old[block] else { continue }
        try memory.keys.rows(to..<to + counts[place]).copy(
          from: source.keys.rows(from..<from + counts[place]))
        try memory.values.rows(to..<to + counts[place]).copy(
          from: source.values.rows(from..<from + counts[place]))
      }
      context[block] = memory
    }
  }
}
