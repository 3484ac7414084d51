internal import Groundwork

extension DefinitionReader {
  /// Reads the byte-pair model, vocabulary and merges, straight into tables.
  func model(at cursor: inout JSONCursor) throws -> BytePairEncoder {
    var table: TokenTable?
    var merges: MergeTable?
    // Merges need the vocabulary; where they come before it, they are read from here afterwards.
    var earlyMerges: JSONCursor?
    var prefersWholePieces = false

    try cursor.forEachMember { key, cursor in
      switch String(decoding: key, as: UTF8.self) {
      case "vocab" where table == nil: table = try vocabulary(at: &cursor)
      case "merges" where merges == nil && earlyMerges == nil:
        if let table {
          merges = try self.merges(at: &cursor, table)
        } else {
          earlyMerges = cursor
          _ = try cursor.value()
        }
      case "ignore_merges": prefersWholePieces = try cursor.value() == true
      case let key: try check(key, is: try cursor.value())
      }
    }
    guard let table else { throw malformed("model.vocab", "is missing") }
    if var earlyMerges { merges = try self.merges(at: &earlyMerges, table) }
    guard let merges else { throw malformed("model.merges", "is missing") }
    return BytePairEncoder(
      table: table, merges: merges, byteTokens: ByteAlphabet.letters.map { Int32(table.id(of: $0) ?? -1) },
      prefersWholePieces: prefersWholePieces)
  }

  /// Whatever else is said about the model must change nothing.
  private func check(_ key: String, is value: JSON) throws {
    switch (key, value) {
    // Without an unknown token there is nothing to fuse.
    case ("type", "BPE"), ("fuse_unk", .boolean), ("dropout", 0), ("dropout", 0.0): return
    case ("unk_token", .null), ("dropout", .null), ("byte_fallback", .null), ("byte_fallback", false): return
    case ("continuing_subword_prefix", .null), ("continuing_subword_prefix", ""): return
    case ("end_of_word_suffix", .null), ("end_of_word_suffix", ""): return
    case ("type", .string(let type)): throw unsupported("model", "has the type \(type)")
    default: throw unsupported("model.\(key)", "is \(value.kind), and not what changes nothing")
    }
  }

  private func vocabulary(at cursor: inout JSONCursor) throws -> TokenTable {
    var table = TokenTable(capacity: 1 << 16)
    try cursor.forEachMember { text, cursor in
      try insert(text, id: try cursor.integer(), into: &table, part: "model.vocab")
    }
    return table
  }

  func insert(_ text: UnsafeBufferPointer<UInt8>, id: Int, into table: inout TokenTable, part: String) throws
  {
    do throws(TokenTable.Conflict) {
      try table.insert(text, id: id)
    } catch {
      let name = String(decoding: text, as: UTF8.self)
      switch error {
      case .idTaken: throw malformed(part, "gives the number \(id) to two tokens, of which one is \(name)")
      case .textTaken: throw malformed(part, "has the token \(name) twice")
      case .idOutOfRange: throw malformed(part, "has the number \(id), which is out of range")
      }
    }
  }

  private func merges(at cursor: inout JSONCursor, _ table: TokenTable) throws -> MergeTable {
    var list: [(left: Int32, right: Int32, merged: Int32)] = []
    var joined: [UInt8] = []
    try cursor.forEachElement { cursor in
      joined.removeAll(keepingCapacity: true)
      // Where the left token ends: both spellings, "a b" and ["a", "b"], are in use.
      var cut: Int?
      if cursor.isAtArray {
        var count = 0
        try cursor.forEachElement { cursor in
          try cursor.string { joined.append(contentsOf: $0) }
          count += 1
          if count == 1 { cut = joined.count }
        }
        if count != 2 { cut = nil }
      } else {
        try cursor.string { text in
          // Bytes are spelt without spaces, so the one space is the gap.
          guard let space = text.firstIndex(of: UInt8(ascii: " ")) else { return }
          cut = space
          joined.append(contentsOf: text[..<space])
          joined.append(contentsOf: text[(space + 1)...])
        }
      }
      let number = list.count + 1
      guard let cut, cut > 0, cut < joined.count else {
        throw malformed("model.merges", "is wrong at number \(number): two tokens are wanted")
      }
      let entry = joined.withUnsafeBufferPointer { bytes -> (left: Int32, right: Int32, merged: Int32)? in
        guard let left = table.id(of: UnsafeBufferPointer(rebasing: bytes[..<cut])),
          let right = table.id(of: UnsafeBufferPointer(rebasing: bytes[cut...])),
          let merged = table.id(of: bytes)
        else { return nil }
        return (Int32(left), Int32(right), Int32(merged))
      }
      guard let entry else {
        throw malformed(
          "model.merges", "is wrong at number \(number): it needs a token that model.vocab lacks")
      }
      list.append(entry)
    }
    return MergeTable(list)
  }
}
