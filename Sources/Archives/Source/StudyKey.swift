internal import Groundwork

/// Short names made of what something is.
enum StudyKey {
  /// 60 bits of SHA-256 over the parts, each with its length before it, in 15 hexadecimal digits: as much as a Swift string
  /// holds without memory of its own, for a journal keeps one for each study of an archive.
  static func of(_ parts: [String]) -> String { String(digest(parts).prefix(15)) }

  static func of(_ parts: String...) -> String { of(parts) }

  /// All of the digest.
  static func digest(_ parts: [String]) -> String {
    let digest = SHA256()
    for part in parts {
      let bytes = Array(part.utf8)
      digest.update(Array("\(bytes.count):".utf8) + bytes)
    }
    return digest.finishHexadecimal()
  }
}
