internal import Groundwork

extension Tokenizer {
  /// Writes `tokenizer.json`, as it was read or trained, and `tokenizer_config.json` to a directory, for this library as for
  /// `tokenizers` and `transformers`.
  public func save(to directory: String) throws {
    try File.createDirectory(directory)
    try File.writeAtomically(Path.join(directory, "tokenizer.json"), definition.withBytes { Array($0) })
    var configuration = self.configuration.object ?? JSONObject()
    if configuration["tokenizer_class"] == nil {
      configuration["tokenizer_class"] = "PreTrainedTokenizerFast"
    }
    for (key, id) in [("bos_token", beginToken), ("eos_token", endToken), ("pad_token", paddingToken)] {
      guard configuration[key] == nil, let id, let text = table.text(of: id) else { continue }
      configuration[key] = .string(String(decoding: text, as: UTF8.self))
    }
    let text = JSON.object(configuration).text(pretty: true) + "\n"
    try File.writeAtomically(Path.join(directory, "tokenizer_config.json"), text)
  }
}
