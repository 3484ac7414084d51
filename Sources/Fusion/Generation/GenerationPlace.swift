import Tensors

/// A place of the engine: a sequence at work, or what the last one has left in the cache.
struct GenerationPlace {
  var sequence: GenerationSequence?
  /// The tokens whose keys and values the cache holds.
  var held: [Int] = []
  /// What those tokens looked at.
  var pixels: Tensor?
  var sight: VisualMemory?
  /// The last hidden states of the prompt's tokens held, where the model's heads want them.
  var hidden: [Tensor] = []

  var hiddenCount: Int { hidden.reduce(0) { $0 + $1.rowCount } }

  /// How many tokens at the beginning are the same.
  static func common(_ first: [Int], _ second: [Int]) -> Int {
    zip(first, second).prefix { $0 == $1 }.count
  }
}
