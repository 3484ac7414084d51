import Checkpoints

/// The tensors that a model is run on, each checked as it is read.
final class InputFile {
  let path: String
  private let file: SafetensorsFile
  private var readNames: Set<String> = []

  init(_ path: String) throws {
    self.path = path
    file = try SafetensorsFile(path)
  }

  /// Numbers in row-major order.
  struct Values<Number> {
    let numbers: [Number]
    let shape: [Int]
  }

  /// Tensors that nobody asked for, by name.
  var unread: [String] { file.names.filter { !readNames.contains($0) } }

  func has(_ name: String) -> Bool { file.entries[name] != nil }

  /// An int32 or int64 tensor; nil when the file has none of this name.
  func integers(_ name: String) throws -> Values<Int>? {
    guard let entry = file.entries[name] else { return nil }
    guard entry.type == .int32 || entry.type == .int64 else {
      throw wrong(name, "is stored as \(entry.type.rawValue), but must be I32 or I64")
    }
    readNames.insert(name)
    return Values(numbers: try file.integers(of: name), shape: entry.shape)
  }

  /// A float32 tensor; nil when the file has none of this name.
  func floats(_ name: String) throws -> Values<Float>? {
    guard let entry = file.entries[name] else { return nil }
    guard entry.type == .float32 else {
      throw wrong(name, "is stored as \(entry.type.rawValue), but must be F32")
    }
    readNames.insert(name)
    return Values(numbers: try file.floats(of: name), shape: entry.shape)
  }

  /// An int32 or int64 vector of `count` numbers in a range.
  func vector(_ name: String, count: Int, in range: ClosedRange<Int>) throws -> [Int]? {
    guard let array = try integers(name) else { return nil }
    guard array.shape == [count] else {
      throw wrong(name, "has the shape \(array.shape), but must have [\(count)]")
    }
    if let value = array.numbers.first(where: { !range.contains($0) }) {
      throw wrong(
        name, "holds \(value), but must hold numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return array.numbers
  }

  func wrong(_ name: String, _ reason: String) -> InferenceError {
    .input(path: path, tensor: name, reason: reason)
  }
}
