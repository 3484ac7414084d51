/// The part of ECMA-262 regular expressions that our schemas use: from start to end a row of character classes, each
/// repeated a number of times, as in `^[A-Z][0-9]{2}[.]?$`. No groups and no alternatives.
struct CharacterPattern: Hashable, Sendable {
  private struct Piece: Hashable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false
    var minimum = 1
    var maximum = 1

    func admits(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
  }

  private var pieces: [Piece] = []

  /// nil when the expression uses more than this knows.
  init?(_ expression: String) {
    var scalars = Array(expression.unicodeScalars)[...]
    guard scalars.popFirst() == "^", scalars.popLast() == "$" else { return nil }
    while !scalars.isEmpty {
      guard var piece = Self.takeClass(&scalars), Self.takeCount(&scalars, into: &piece) else { return nil }
      pieces.append(piece)
    }
  }

  /// Whether the whole text fits.
  func matches(_ text: String) -> Bool {
    matches(Array(text.unicodeScalars.map(\.value))[...], pieces[...])
  }

  private func matches(_ text: ArraySlice<UInt32>, _ pieces: ArraySlice<Piece>) -> Bool {
    guard let piece = pieces.first else { return text.isEmpty }
    var taken = text.prefix(piece.maximum).prefix { piece.admits($0) }.count
    while taken >= piece.minimum {
      if matches(text.dropFirst(taken), pieces.dropFirst()) { return true }
      taken -= 1
    }
    return false
  }

  private static func takeClass(_ scalars: inout ArraySlice<Unicode.Scalar>) -> Piece? {
    guard let first = scalars.first else { return nil }
    guard first == "[" else {
      guard !"^$.|?*+(){}[]".unicodeScalars.contains(first), let value = takeScalar(&scalars) else {
        return nil
      }
      return Piece(ranges: [value...value])
    }
    scalars.removeFirst()
    var piece = Piece(ranges: [])
    if scalars.first == "^" {
      scalars.removeFirst()
      piece.isNegated = true
    }
    while let next = scalars.first, next != "]" {
      guard let low = takeScalar(&scalars) else { return nil }
      var high = low
      if scalars.first == "-", scalars.dropFirst().first != "]" {
        scalars.removeFirst()
        guard let bound = takeScalar(&scalars), bound >= low else { return nil }
        high = bound
      }
      piece.ranges.append(low...high)
    }
    return scalars.popFirst() == "]" ? piece : nil
  }

  /// A character, or the one that `\uXXXX` or `\` before a punctuation mark stands for.
  private static func takeScalar(_ scalars: inout ArraySlice<Unicode.Scalar>) -> UInt32? {
    guard let first = scalars.popFirst() else { return nil }
    guard first == "\\" else { return first.value }
    guard let escaped = scalars.popFirst() else { return nil }
    if escaped == "u" {
      guard scalars.count >= 4 else { return nil }
      let digits = String(String.UnicodeScalarView(scalars.prefix(4)))
      scalars.removeFirst(4)
      return UInt32(digits, radix: 16)
    }
    let isWordLike = escaped.properties.isAlphabetic || ("0"..."9").contains(escaped)
    return isWordLike ? nil : escaped.value
  }

  private static func takeCount(
    _ scalars: inout ArraySlice<Unicode.Scalar>, into piece: inout Piece
  ) -> Bool {
    switch scalars.first {
    case "*": (piece.minimum, piece.maximum) = (0, Int.max)
    case "+": (piece.minimum, piece.maximum) = (1, Int.max)
    case "?": (piece.minimum, piece.maximum) = (0, 1)
    case "{":
      guard let end = scalars.firstIndex(of: "}") else { return false }
      let bounds = String(String.UnicodeScalarView(scalars[scalars.startIndex + 1..<end]))
        .split(separator: ",", omittingEmptySubsequences: false)
      guard let low = bounds.first.flatMap({ Int($0) }), bounds.count <= 2 else { return false }
      guard let high = bounds.count == 1 ? low : bounds[1].isEmpty ? Int.max : Int(bounds[1]), high >= low
      else { return false }
      (piece.minimum, piece.maximum) = (low, high)
      scalars.removeFirst(end - scalars.startIndex)
    default: return true
    }
    scalars.removeFirst()
    return true
  }
}
