internal import Groundwork

extension BPETrainer {
  /// The splits of DeepSeek-V3: digits by threes, Chinese and Japanese runs, then words, punctuation and white space.
  static let expressions = [
    #"\p{N}{1,3}"#, "[一-龥\u{3040}-ゟ゠-ヿ]+",
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
      + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
  ]

  /// `tokenizer.json` of a trained vocabulary.
  static func definition(_ vocabulary: [String], _ merges: [JSON], controlTokens: [String]) -> JSON {
    let added = controlTokens.enumerated().map { id, content -> JSON in
      [
        "id": .integer(id), "content": .string(content), "single_word": false, "lstrip": false,
        "rstrip": false,
        "normalized": false, "special": true,
      ]
    }
    let splits = expressions.map { expression -> JSON in
      ["type": "Split", "pattern": ["Regex": .string(expression)], "behavior": "Isolated", "invert": false]
    }
    let bytes: JSON = [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
    ]
    let begin = JSON.string(controlTokens[0])
    let template: JSON = [
      "type": "TemplateProcessing",
      "single": [["SpecialToken": ["id": begin, "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]]],
      "pair": [
        ["SpecialToken": ["id": begin, "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
        ["SpecialToken": ["id": begin, "type_id": 1]], ["Sequence": ["id": "B", "type_id": 1]],
      ],
      "special_tokens": .object(
        JSONObject([(controlTokens[0], ["id": begin, "ids": [0], "tokens": [begin]])])),
    ]
    return [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(added),
      "normalizer": .null,
      "pre_tokenizer": ["type": "Sequence", "pretokenizers": .array(splits + [bytes])],
      "post_processor": template,
      "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
      "model": [
        "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": .object(JSONObject(vocabulary.enumerated().map { ($1, .integer($0)) })),
        "merges": .array(merges),
      ],
    ]
  }
}
