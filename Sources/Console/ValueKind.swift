/// How the text of a parameter becomes a value.
public struct ValueKind<Value: Sendable>: Sendable {
  /// What a right text is, as in "a whole number of at least 1".
  public let expected: String
  public let completion: Completion
  public let read: @Sendable (String) -> Value?

  public init(
    expected: String, completion: Completion = .nothing, read: @escaping @Sendable (String) -> Value?
  ) {
    self.expected = expected
    self.completion = completion
    self.read = read
  }
}

/// What a shell offers where a value goes.
public enum Completion: Sendable, Equatable {
  case nothing, files, directories
  case words([String])
}

extension ValueKind where Value == String {
  public static var text: Self { ValueKind(expected: "a text") { $0 } }

  public static var path: Self {
    ValueKind(expected: "a path", completion: .files) { $0.isEmpty ? nil : $0 }
  }

  public static var directory: Self {
    ValueKind(expected: "a directory", completion: .directories) { $0.isEmpty ? nil : $0 }
  }

  public static func word(among words: [String]) -> Self {
    ValueKind(expected: "one of \(words.joined(separator: ", "))", completion: .words(words)) {
      words.contains($0) ? $0 : nil
    }
  }
}

extension ValueKind where Value == Int {
  public static func integer(_ range: PartialRangeFrom<Int>) -> Self {
    ValueKind(expected: "a whole number of at least \(range.lowerBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  public static func integer(_ range: ClosedRange<Int>) -> Self {
    ValueKind(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueKind where Value == UInt64 {
  public static var seed: Self { ValueKind(expected: "a whole number of at least 0") { UInt64($0) } }
}

extension ValueKind where Value == Double {
  public static func number(_ range: ClosedRange<Double>) -> Self {
    ValueKind(expected: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueKind where Value == [Int] {
  public static var integers: Self {
    ValueKind(expected: "whole numbers with commas between, as in 1,2,3") { text in
      var numbers: [Int] = []
      for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let number = Int(piece.drop { $0 == " " }) else { return nil }
        numbers.append(number)
      }
      return numbers
    }
  }
}
