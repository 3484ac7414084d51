import Tokenization

/// A byte-level tokenizer in the keys of a GGUF file.
struct TokenizerGGUF {
  let metadata: [(key: String, value: GGUFValue)]

  /// - Parameters:
  ///   - size: rows of the embedding; ids beyond the tokenizer's become unused tokens.
  ///   - path: the model's directory, for errors.
  init(_ tokenizer: Tokenizer, size: Int, path: String) throws {
    let listing = try tokenizer.listing()
    guard listing.tokens.count <= size else {
      throw ExportsError.unsupported(
        path: path, reason: "the tokenizer has \(listing.tokens.count) tokens, but the embedding \(size) rows"
      )
    }
    guard let family = listing.family else {
      throw ExportsError.unsupported(
        path: path,
        reason: "llama.cpp has no name for the pre-tokenizer; those of DeepSeek, Qwen 2 and Llama 3 have one")
    }
    let unused = (listing.tokens.count..<max(listing.tokens.count, size)).map { id in
      (text: "[PAD\(id)]", kind: VocabularyListing.Kind.unused)
    }
    let tokens = listing.tokens + unused
    var values: [(key: String, value: GGUFValue)] = [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(Self.name(of: family))),
      ("tokenizer.ggml.tokens", .strings(tokens.map(\.text))),
      ("tokenizer.ggml.token_type", .integers(tokens.map { Self.code(of: $0.kind) })),
      ("tokenizer.ggml.merges", .strings(listing.merges)),
      ("tokenizer.ggml.add_bos_token", .boolean(listing.addsBegin)),
      ("tokenizer.ggml.add_eos_token", .boolean(false)),
    ]
    for (key, id) in [
      ("bos", tokenizer.beginToken), ("eos", tokenizer.endToken), ("padding", tokenizer.paddingToken),
    ] {
      if let id { values.append(("tokenizer.ggml.\(key)_token_id", .uint32(UInt32(clamping: id)))) }
    }
    if let template = tokenizer.configuration["chat_template"]?.string {
      values.append(("tokenizer.chat_template", .string(template)))
    }
    metadata = values
  }

  private static func name(of family: VocabularyListing.PreTokenizerFamily) -> String {
    switch family {
    case .deepSeekLLM: "deepseek-llm"
    case .deepSeekCoder: "deepseek-coder"
    case .deepSeekV3: "deepseek-v3"
    case .qwen2: "qwen2"
    case .llama3: "llama-bpe"
    }
  }

  private static func code(of kind: VocabularyListing.Kind) -> Int32 {
    switch kind {
    case .normal: 1
    case .special: 3
    case .added: 4
    case .unused: 5
    }
  }
}
