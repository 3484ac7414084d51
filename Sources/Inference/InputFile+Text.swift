/// Sequences of tokens of one length, and what each token is to predict.
struct TextInput {
  let sequences: [[Int]]
  /// [n] or [batch, n], as the input has it.
  let shape: [Int]
  /// The target of each token, −100 where there is none; nil without labels.
  let targets: [Int32]?
}

extension InputFile {
  /// `input_ids`, and `labels` if they are there: shifted by one, so that each token predicts the label of the next.
  func text(vocabulary: Int) throws -> TextInput {
    let name = "input_ids"
    guard let ids = try integers(name) else {
      throw wrong(name, "is missing; this model reads text, so give it as I32 or I64, [n] or [batch, n]")
    }
    guard ids.shape.count == 1 || ids.shape.count == 2, !ids.numbers.isEmpty, let length = ids.shape.last
    else {
      throw wrong(name, "has the shape \(ids.shape), but must have [n] or [batch, n] with tokens in it")
    }
    if let token = ids.numbers.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw wrong(name, "holds \(token), which is outside the vocabulary of \(vocabulary)")
    }
    let sequences = stride(from: 0, to: ids.numbers.count, by: length).map {
      Array(ids.numbers[$0..<$0 + length])
    }
    return TextInput(
      sequences: sequences, shape: ids.shape,
      targets: try targets(shape: ids.shape, length: length, vocabulary: vocabulary))
  }

  private func targets(shape: [Int], length: Int, vocabulary: Int) throws -> [Int32]? {
    let name = "labels"
    guard let labels = try integers(name) else { return nil }
    guard labels.shape == shape else {
      throw wrong(name, "has the shape \(labels.shape), but input_ids has \(shape)")
    }
    if let label = labels.numbers.first(where: { $0 != -100 && ($0 < 0 || $0 >= vocabulary) }) {
      throw wrong(name, "holds \(label), which is neither -100 nor in the vocabulary of \(vocabulary)")
    }
    let targets = labels.numbers.indices.map { index in
      (index + 1) % length == 0 ? Int32(-100) : Int32(labels.numbers[index + 1])
    }
    guard targets.contains(where: { $0 >= 0 }) else {
      throw wrong(name, "leaves no token to predict: the first of each row is never one")
    }
    return targets
  }
}
