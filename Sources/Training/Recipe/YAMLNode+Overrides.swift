extension YAMLNode {
  /// Sets one value, as `--set KEY.SUB=VALUE` says: VALUE is YAML; mappings on the way are made where they are missing.
  ///
  /// Whether the recipe has such a key is the decoder's to say.
  public mutating func set(_ option: String) throws(TrainingError) {
    guard let equals = option.firstIndex(of: "=") else {
      throw .override(text: option, reason: "there is no \"=\"; write KEY.SUB=VALUE, as in training.batch=8")
    }
    let keys = option[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard keys.allSatisfy({ !$0.isEmpty }) else {
      throw .override(text: option, reason: "a key is empty; write KEY.SUB=VALUE, as in training.batch=8")
    }
    let value = try YAMLNode(parsingValue: String(option[option.index(after: equals)...]), option: option)
    try set(value, at: keys[...], option: option)
  }

  private mutating func set(
    _ value: YAMLNode, at keys: ArraySlice<String>, option: String
  ) throws(TrainingError) {
    guard let key = keys.first else {
      self = value
      return
    }
    guard var members else {
      throw .override(text: option, reason: "\"\(key)\" is asked for inside a value that has no keys")
    }
    if let position = members.firstIndex(where: { $0.key == key }) {
      // A value set on the command line says so in errors, and so does its key.
      var inner = members[position].value
      try inner.set(value, at: keys.dropFirst(), option: option)
      members[position].value = inner
    } else {
      var inner = YAMLNode(.scalar("", isPlain: true), origin: .option(option))
      try inner.set(value, at: keys.dropFirst(), option: option)
      members.append(.init(key: key, keyOrigin: .option(option), value: inner))
    }
    content = .mapping(members)
  }
}

extension YAMLNode {
  /// Leaves only some keys of the mapping at a key of keys.
  mutating func keep(_ names: Set<String>, in path: String) {
    keep(names, in: path.split(separator: ".").map(String.init)[...])
  }

  private mutating func keep(_ names: Set<String>, in keys: ArraySlice<String>) {
    guard case .mapping(var members) = content else { return }
    if let key = keys.first {
      guard let position = members.firstIndex(where: { $0.key == key }) else { return }
      members[position].value.keep(names, in: keys.dropFirst())
    } else {
      members.removeAll { !names.contains($0.key) }
    }
    content = .mapping(members)
  }
}
