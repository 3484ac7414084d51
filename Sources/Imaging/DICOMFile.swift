internal import CImaging
internal import Groundwork

/// Where the text of DICOM files does not follow Specific Character Set (0008,0005); names are the defined terms of
/// PS3.3 C.12.1.1.2, such as "GB18030" or "ISO_IR 192".
public struct CharacterSetPolicy: Equatable, Sendable {
  /// Used where none is declared. Without it, valid UTF-8 is taken as such and anything else as GB18030.
  public var assumed: String?
  /// A declared term that the site knows to be wrong, and what its bytes really are.
  public var replaced: String?
  public var replacement: String?

  public init(assumed: String? = nil, replaced: String? = nil, replacement: String? = nil) {
    self.assumed = assumed
    self.replaced = replaced
    self.replacement = replacement
  }
}

/// An opened DICOM object: its attributes as UTF-8 text, its pixels as stored values.
public final class DICOMFile: @unchecked Sendable {  // The C object locks itself.
  public let path: String
  let handle: OpaquePointer

  /// Opens a file; it is read whole.
  public convenience init(_ path: String, characterSets: CharacterSetPolicy = CharacterSetPolicy()) throws {
    let mapped = try MappedFile(path)
    defer { withExtendedLifetime(mapped) {} }
    try self.init(mapped.bytes, path: path, characterSets: characterSets)
  }

  /// Opens an object from its bytes in the DICOM file format; `path` stands for it in errors.
  public init(
    _ bytes: UnsafeRawBufferPointer, path: String, characterSets: CharacterSetPolicy = CharacterSetPolicy()
  ) throws(ImagingError) {
    self.path = path
    var opened: OpaquePointer?
    try ImagingError.check(path) { message, size in
      optionally(characterSets.assumed) { assumed in
        optionally(characterSets.replaced) { replaced in
          optionally(characterSets.replacement) { replacement in
            var sets = imaging_character_sets(assumed: assumed, replaced: replaced, replacement: replacement)
            return imaging_dicom_open(bytes.baseAddress, bytes.count, &sets, &opened, message, size)
          }
        }
      }
    }
    guard let opened else { throw ImagingError(.malformed, path: path, "cannot be read as DICOM") }
    handle = opened
  }

  deinit { imaging_dicom_close(handle) }

  /// The transfer syntax that the file declares or was found to have: its UID, and its name in English.
  public var transferSyntax: (uid: String, name: String) {
    (String(cString: imaging_dicom_syntax(handle)), String(cString: imaging_dicom_syntax_name(handle)))
  }

  /// Whether a sequence is there and has an item.
  public func hasItem(of sequence: DICOMTag) -> Bool {
    imaging_dicom_has_item(handle, sequence.group, sequence.element)
  }

  /// The text of an attribute, several values joined by backslashes; nil when absent or empty.
  public func text(_ tag: DICOMTag) -> String? {
    readText { text, capacity, length in
      imaging_dicom_text(handle, tag.group, tag.element, text, capacity, length)
    }
  }

  /// The text of an attribute in an item of a sequence; nil when absent or empty.
  public func text(_ tag: DICOMTag, in sequence: DICOMTag, item: Int = 0) -> String? {
    guard let item = UInt32(exactly: item) else { return nil }
    return readText { text, capacity, length in
      imaging_dicom_item_text(
        handle, sequence.group, sequence.element, item, tag.group, tag.element, text, capacity, length)
    }
  }

  /// The values of an attribute.
  public func texts(_ tag: DICOMTag) -> [String] {
    text(tag)?.split(separator: "\\", omittingEmptySubsequences: false).map(String.init) ?? []
  }

  /// The values of a numeric attribute; nil when absent or when one is not a finite number.
  public func numbers(_ tag: DICOMTag) -> [Double]? {
    let texts = texts(tag)
    let numbers = texts.compactMap { Double($0) }.filter(\.isFinite)
    return numbers.isEmpty || numbers.count != texts.count ? nil : numbers
  }

  public func integer(_ tag: DICOMTag) -> Int? { text(tag).flatMap { Int($0) } }

  /// Whether a text read so far did not follow the declared character set, so that its letters were guessed.
  public var hasGuessedText: Bool { imaging_dicom_guessed_text(handle) }

  private func readText(
    _ read: (UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>) -> imaging_status
  ) -> String? {
    var capacity = 256
    while true {
      var length = 0
      var status = IMAGING_OK
      let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer -> String? in
        buffer.initialize(repeating: 0)
        status = read(buffer.baseAddress, buffer.count, &length)
        guard status == IMAGING_OK, length < buffer.count, length > 0 else { return nil }
        return buffer.withMemoryRebound(to: UInt8.self) { String(decoding: $0[..<length], as: UTF8.self) }
      }
      if status != IMAGING_OK || length < capacity { return text }
      capacity = length + 1
    }
  }
}

/// Calls with the text as a C string, or with nil.
private func optionally<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text else { return body(nil) }
  return text.withCString(body)
}
