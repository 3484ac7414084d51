public import Groundwork
internal import Synchronization

/// A byte-level byte-pair tokenizer, as Hugging Face's `tokenizer.json` describes it: those of the DeepSeek family, of
/// Qwen 2 and of Llama 3. It gives the same ids as the `tokenizers` library.
///
/// The order of work: added tokens are taken out of the text; the rest is normalised (most do nothing), cut into pieces by
/// the pre-tokenizer, and the bytes of each piece are merged.
public final class Tokenizer: Sendable {
  /// `tokenizer_config.json`; an empty object where there is none.
  public let configuration: JSON
  public let addedTokens: [AddedToken]
  /// The tokens that begin and end a text and that fill a batch, where the model has them.
  public let beginToken: Int?
  public let endToken: Int?
  public let paddingToken: Int?

  let definition: Definition
  let model: BytePairEncoder
  /// The model's vocabulary and the added tokens.
  let table: TokenTable
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let template: SpecialTokenTemplate
  let rawFinder: AddedTokenFinder
  let normalizedFinder: AddedTokenFinder
  let specialTokens: Set<Int>
  /// The caches that no thread uses just now.
  let caches = Mutex<[PieceCache]>([])

  /// `tokenizer.json` as it was read, to be saved again.
  enum Definition: Sendable {
    case file(MappedFile)
    case bytes([UInt8])

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .file(let file): try body(file.bytes)
      case .bytes(let bytes): try bytes.withUnsafeBytes(body)
      }
    }
  }

  /// Reads a model directory, or a `tokenizer.json` with what lies beside it.
  public convenience init(_ path: String) throws {
    let isDirectory = File.kind(of: path) == .directory
    let directory = isDirectory ? path : Path.parent(of: path)
    let file = isDirectory ? Path.join(path, "tokenizer.json") : path

    func optional(_ name: String) throws -> JSON {
      let path = Path.join(directory, name)
      guard File.kind(of: path) == .regular else { return .object(JSONObject()) }
      do {
        return try JSON(parsing: File.read(path))
      } catch let error as JSONError {
        throw TokenizationError.malformed(path: path, part: "the file", reason: "is \(error.sentence)")
      }
    }

    try self.init(
      definition: .file(MappedFile(file)), path: file, configuration: optional("tokenizer_config.json"),
      modelConfiguration: optional("config.json"))
  }

  init(definition: Definition, path: String, configuration: JSON, modelConfiguration: JSON) throws {
    let reader = DefinitionReader(path: path)
    let (model, parts) = try definition.withBytes { try reader.parts(of: $0) }
    self.model = model
    addedTokens = try reader.addedTokens(parts["added_tokens"])
    var table = model.table
    for token in addedTokens where table.id(of: Array(token.content.utf8)) != token.id {
      try Array(token.content.utf8).withUnsafeBufferPointer {
        try reader.insert($0, id: token.id, into: &table, part: "added_tokens")
      }
    }
    self.table = table
    let normalizer = try Normalizer(parts["normalizer"], reader: reader)
    self.normalizer = normalizer
    guard let pieces = parts["pre_tokenizer"], !pieces.isNull else {
      throw reader.unsupported("pre_tokenizer", "is missing")
    }
    preTokenizer = try PreTokenizer(pieces, reader: reader)
    template = try SpecialTokenTemplate(parts["post_processor"], table: table, reader: reader)
    try reader.checkDecoder(parts["decoder"])
    rawFinder = AddedTokenFinder(
      addedTokens.filter { !$0.isNormalized }.map { ($0, Array($0.content.utf8)) })
    normalizedFinder = AddedTokenFinder(
      addedTokens.filter(\.isNormalized).map { token in
        let content = Array(token.content.utf8)
        return (token, content.withUnsafeBufferPointer { normalizer.normalize($0) } ?? content)
      })
    specialTokens = Set(addedTokens.filter(\.isSpecial).map(\.id))
    self.definition = definition
    self.configuration = configuration

    /// The tokenizer's own word goes first: the numbers in `config.json` are known to be wrong in places.
    func named(_ key: String) -> Int? {
      let entry = configuration[key]
      if let content = entry?.string ?? entry?["content"]?.string { return table.id(of: Array(content.utf8)) }
      guard let id = modelConfiguration[key + "_id"]?.integer, table.text(of: id) != nil else { return nil }
      return id
    }
    beginToken = named("bos_token")
    endToken = named("eos_token")
    paddingToken = named("pad_token")
  }

  /// One more than the highest id; a model's embedding may have more rows.
  public var vocabularySize: Int { table.idEnd }

  /// The id of the token with this text, as `tokenizer.json` spells it: letters of the byte alphabet, or an added token's
  /// content.
  public func id(of text: String) -> Int? { table.id(of: Array(text.utf8)) }

  /// The bytes a token stands for; none where the vocabulary has no such id. They need not be whole UTF-8 characters.
  public func bytes(of token: Int) -> [UInt8] {
    table.text(of: token).map { ByteAlphabet.bytes(ofToken: $0) } ?? []
  }

  /// Whether decoding leaves the token out when asked to skip special ones.
  public func isSpecial(_ token: Int) -> Bool { specialTokens.contains(token) }
}
