internal import Groundwork

/// A complaint in a text file beside an image.
enum Sidecar {
  /// The longest text in bytes.
  static let limit = 1 << 16

  /// What a text file holds, in one line.
  enum Content {
    case words(String)
    case invalid(path: String)
  }

  /// `NAME.txt` or `NAME.EXTENSION.txt` for the image `NAME.EXTENSION`.
  static func own(_ image: String, in root: String) -> Content? {
    let ending = Path.fileExtension(of: image)
    let stem = ending.isEmpty ? image : String(image.dropLast(ending.count + 1))
    return read(stem + ".txt", in: root) ?? read(image + ".txt", in: root)
  }

  /// `complaint.txt`, for all images of a directory.
  static func shared(_ image: String, in root: String) -> Content? {
    read(Path.join(Path.parent(of: image), "complaint.txt"), in: root)
  }

  private static func read(_ path: String, in root: String) -> Content? {
    let whole = Path.join(root, path)
    guard File.kind(of: whole) == .regular else { return nil }
    guard let bytes = try? File.read(whole, limit: limit), let text = String(validating: bytes, as: UTF8.self)
    else { return .invalid(path: path) }
    let words = text.drop { $0 == "\u{FEFF}" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? nil : .words(words)
  }
}
