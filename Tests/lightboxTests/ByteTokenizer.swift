import Groundwork
import Testing

/// A tokenizer of bytes: id n is byte n, 256 begins a text, and "aa" is one token.
enum ByteTokenizer {
  /// Writes it to `model` and gives that directory.
  static func write(in scratch: Scratch, begins: Bool = true) throws -> String {
    // GPT-2's alphabet: printable bytes stand for themselves, the others for scalars from 256 on.
    var vocabulary = JSONObject()
    var next: UInt32 = 256
    for byte in 0..<256 as Range<UInt32> {
      let printable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      let scalar = try #require(Unicode.Scalar(printable ? byte : next))
      if !printable { next += 1 }
      vocabulary[String(Character(scalar))] = .integer(Int(byte))
    }
    vocabulary["aa"] = 257
    let begin: JSON = [
      "id": 256, "content": "<｜begin｜>", "single_word": false, "lstrip": false, "rstrip": false,
      "normalized": false, "special": true,
    ]
    let template: JSON = [
      "type": "TemplateProcessing",
      "single": [
        ["SpecialToken": ["id": "<｜begin｜>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
      ],
      "pair": [["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]]],
      "special_tokens": [
        "<｜begin｜>": ["id": "<｜begin｜>", "ids": [256], "tokens": ["<｜begin｜>"]]
      ],
    ]
    let whole: JSON = [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": [begin], "normalizer": .null,
      "pre_tokenizer": [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
      ],
      "post_processor": begins ? template : .null,
      "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
      "model": [
        "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false, "vocab": .object(vocabulary),
        "merges": ["a a"],
      ],
    ]
    return Path.parent(of: try scratch.write("model/tokenizer.json", whole.text()))
  }
}
