internal import Groundwork

/// Reads `tokenizer.json` and names the part that is wrong.
struct DefinitionReader {
  let path: String

  func malformed(_ part: String, _ reason: String) -> TokenizationError {
    .malformed(path: path, part: part, reason: reason)
  }

  func unsupported(_ part: String, _ reason: String) -> TokenizationError {
    .unsupported(path: path, part: part, reason: reason)
  }

  func type(of part: JSON, _ name: String) throws(TokenizationError) -> String {
    guard let type = part["type"]?.string else { throw malformed(name, "has no type") }
    return type
  }

  func array(_ part: JSON, _ key: String, in name: String) throws(TokenizationError) -> [JSON] {
    guard let array = part[key]?.array else { throw malformed(name, "has no array \(key)") }
    return array
  }

  /// The file's parts, of which the model is read without building a tree: it is nearly all of the file.
  func parts(of bytes: UnsafeRawBufferPointer) throws -> (model: BytePairEncoder, others: [String: JSON]) {
    // Truncation and padding belong to whoever makes batches, and transformers too sets them aside.
    let known: Set = [
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
      "decoder",
    ]
    var model: BytePairEncoder?
    var others: [String: JSON] = [:]
    do {
      var cursor = JSONCursor(bytes)
      try cursor.forEachMember { key, cursor in
        let key = String(decoding: key, as: UTF8.self)
        if key == "model", model == nil {
          model = try self.model(at: &cursor)
        } else if known.contains(key), others[key] == nil {
          others[key] = try cursor.value()
        } else {
          throw unsupported("the part \(key)", "is there, or is there twice")
        }
      }
      try cursor.finish()
    } catch let error as JSONError {
      throw malformed("the file", "is \(error.sentence)")
    }
    guard let model else { throw malformed("model", "is missing") }
    return (model, others)
  }

  func addedTokens(_ part: JSON?) throws(TokenizationError) -> [AddedToken] {
    guard let part, !part.isNull else { return [] }
    guard let elements = part.array else { throw malformed("added_tokens", "is not an array") }
    var tokens: [AddedToken] = []
    for (index, element) in elements.enumerated() {
      guard let id = element["id"]?.integer, let content = element["content"]?.string, !content.isEmpty else {
        throw malformed("added_tokens", "is wrong at number \(index + 1): id and content are wanted")
      }
      func flag(_ key: String, _ usual: Bool) -> Bool { element[key]?.boolean ?? usual }
      let special = flag("special", false)
      tokens.append(
        AddedToken(
          id: id, content: content, isSingleWord: flag("single_word", false),
          stripsLeft: flag("lstrip", false),
          stripsRight: flag("rstrip", false), isNormalized: flag("normalized", !special), isSpecial: special))
    }
    return tokens
  }

  func checkDecoder(_ part: JSON?) throws(TokenizationError) {
    guard let part, !part.isNull else { throw unsupported("decoder", "is missing") }
    switch try type(of: part, "decoder") {
    case "ByteLevel": return
    case "Sequence":
      let inner = try array(part, "decoders", in: "decoder")
      guard inner.count == 1, let only = inner.first else { throw unsupported("decoder", "is a sequence") }
      try checkDecoder(only)
    case let type: throw unsupported("decoder", "has the type \(type)")
    }
  }
}
