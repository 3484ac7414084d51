internal import CPCRE2

/// A regular expression as `tokenizer.json` writes it (Oniguruma's syntax), matched over UTF-8 by PCRE2.
final class Pattern: @unchecked Sendable {  // A compiled expression is never changed.
  let source: String
  private let code: OpaquePointer

  init(_ source: String) throws(TokenizationError) {
    self.source = source
    let translated = Array(try PatternTranslation.translate(source).utf8)
    guard let context = pcre2_compile_context_create_8(nil) else {
      throw .pattern(source, reason: "cannot be compiled: out of memory")
    }
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    var errorNumber: Int32 = 0
    var errorOffset = 0
    // Oniguruma's ^ and $ are those of lines.
    let options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C
    guard
      let code = pcre2_compile_8(translated, translated.count, options, &errorNumber, &errorOffset, context)
    else {
      throw .pattern(source, reason: "is wrong: \(Self.message(errorNumber))")
    }
    self.code = code
    // Where the processor has no compiler for it the interpreter serves, so the result does not matter.
    _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
  }

  deinit { pcre2_code_free_8(code) }

  /// What a search needs besides the expression; one for each thread.
  final class Space {
    fileprivate let data: OpaquePointer?
    fileprivate let context: OpaquePointer?

    init() {
      data = pcre2_match_data_create_8(1, nil)
      context = pcre2_match_context_create_8(nil)
      guard let context else { return }
      // Any text must be searched to its end: a search that gave up would change the tokens.
      pcre2_set_match_limit_8(context, .max)
      pcre2_set_depth_limit_8(context, .max)
      pcre2_set_heap_limit_8(context, .max)
    }

    deinit {
      pcre2_match_data_free_8(data)
      pcre2_match_context_free_8(context)
    }
  }

  /// Calls `body` with each match in turn, as offsets into `text`; empty matches are passed over.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, space: Space, _ body: (Range<Int>) -> Void) {
    guard let base = text.baseAddress, let data = space.data, let bounds = pcre2_get_ovector_pointer_8(data)
    else {
      return
    }
    var offset = 0
    while offset < text.count {
      var result = pcre2_match_8(
        code, base, text.count, offset, PCRE2_NO_UTF_CHECK, data, space.context)
      if result == PCRE2_ERROR_JIT_STACKLIMIT {
        result = pcre2_match_8(
          code, base, text.count, offset, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, space.context)
      }
      if result < 0 { return }
      let match = bounds[0]..<bounds[1]
      if match.isEmpty {
        offset = match.upperBound + 1
        while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
      } else {
        body(match)
        offset = match.upperBound
      }
    }
  }

  private static func message(_ code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }
}
