@_spi(_Unicode) internal import Swift

internal import Groundwork

/// What happens to text before it is cut: nothing, or Unicode normalisation form C (Qwen).
enum Normalizer: Sendable {
  case none
  case composed

  init(_ part: JSON?, reader: DefinitionReader) throws {
    self = .none
    guard let part, !part.isNull else { return }
    switch try reader.type(of: part, "normalizer") {
    case "NFC": self = .composed
    case "Sequence":
      for inner in try reader.array(part, "normalizers", in: "normalizer") {
        guard try reader.type(of: inner, "normalizer") == "NFC" else {
          throw reader.unsupported("normalizer", "is a sequence of other things than NFC")
        }
        self = .composed
      }
    case let type: throw reader.unsupported("normalizer", "has the type \(type)")
    }
  }

  /// The normalised text; nil where it is the text itself.
  func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    // Nothing below U+0300 ever changes, and 0xCC is the first lead byte from there on.
    guard self == .composed, text.contains(where: { $0 >= 0xCC }) else { return nil }
    let string = String(decoding: text, as: UTF8.self)
    guard string.unicodeScalars.contains(where: Self.mayChange) else { return nil }

    var output = String.UnicodeScalarView()
    var stretch = String.UnicodeScalarView()
    func endStretch() {
      output.append(contentsOf: String(stretch)._nfc)
      stretch = String.UnicodeScalarView()
    }
    for scalar in string.unicodeScalars {
      // The tables of the `tokenizers` library are those of Unicode 9: to it, later scalars neither combine nor move.
      if Self.mayChange(scalar), scalar.properties.age.map({ $0.major > 9 }) ?? true {
        endStretch()
        output.append(scalar)
      } else {
        stretch.append(scalar)
      }
    }
    endStretch()
    return Array(String(output).utf8)
  }

  /// False for the scalars of common text that composition neither changes nor joins to what is before them.
  private static func mayChange(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x300, 0x2010...0x205F, 0x3000...0x3029, 0x3030...0x3098, 0x309B...0x9FFF, 0xAC00...0xD7A3,
      0xFF00...0xFFEF, 0x1F000...0x1FAFF:
      false
    default: true
    }
  }
}
