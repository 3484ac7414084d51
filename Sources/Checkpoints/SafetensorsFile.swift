internal import Groundwork

/// Where a tensor lies in its file.
public struct TensorEntry: Equatable, Sendable {
  public let type: StoredType
  public let shape: [Int]
  /// Bytes counted from the start of the file.
  public let byteRange: Range<Int>

  /// How many numbers the tensor has.
  public var elementCount: Int { byteRange.count / type.size }
}

/// A safetensors file, memory-mapped: opening it reads the header only.
///
/// The header is checked whole before anything else happens: every type known, every shape's product equal to its bytes,
/// and all byte ranges together covering the data once, without gap or overlap. Nothing is allocated by a number that the
/// file states unless the file is long enough to bear it out.
/// (Format: the "Format" section of the safetensors documentation.)
public final class SafetensorsFile: Sendable {
  public let path: String
  public let entries: [String: TensorEntry]
  /// The file's own notes, such as `format: pt`.
  public let metadata: [String: String]
  private let file: MappedFile

  /// No header of a known model comes near this; the reference reader has the same limit.
  static let headerLimit = 100_000_000

  public init(_ path: String) throws {
    self.path = path
    file = try MappedFile(path)
    (entries, metadata) = try SafetensorsHeader(path: path, bytes: file.bytes).validated()
  }

  /// Names in ascending order.
  public var names: [String] { entries.keys.sorted() }

  public func entry(of name: String) throws -> TensorEntry {
    guard let entry = entries[name] else {
      throw CheckpointsError.missingTensor(path: path, tensor: name, nearest: nearest(to: name, among: names))
    }
    return entry
  }

  /// The stored bytes, little-endian, row-major, perhaps unaligned; valid as long as this file object lives.
  public func bytes(of name: String) throws -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[try entry(of: name).byteRange])
  }
}

/// The JSON at the start of a safetensors file.
private struct SafetensorsHeader {
  let path: String
  let bytes: UnsafeRawBufferPointer

  func validated() throws -> ([String: TensorEntry], [String: String]) {
    guard bytes.count >= 8 else { throw malformed("it is too short for a safetensors file") }
    let stated = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard stated <= UInt64(SafetensorsFile.headerLimit), stated <= UInt64(bytes.count - 8) else {
      throw malformed(
        "the header is said to be \(stated) bytes long but the file has \(bytes.count); it is cut off or no safetensors file"
      )
    }
    let dataStart = 8 + Int(stated)
    let root: JSON
    do {
      root = try JSON(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), depthLimit: 8)
    } catch {
      throw malformed("the header is \(error.sentence)")
    }
    guard let object = root.object else { throw malformed("the header is \(root.kind), not an object") }

    var entries: [String: TensorEntry] = [:]
    var metadata: [String: String] = [:]
    entries.reserveCapacity(object.count)
    for (name, description) in object {
      if name == "__metadata__" {
        metadata = try strings(description)
      } else {
        entries[name] = try entry(name, description, dataStart: dataStart)
      }
    }
    try checkCover(entries, dataStart: dataStart)
    return (entries, metadata)
  }

  private func malformed(_ reason: String) -> CheckpointsError { .malformedFile(path: path, reason: reason) }

  private func strings(_ value: JSON) throws -> [String: String] {
    guard let object = value.object else { throw malformed("__metadata__ is \(value.kind), not an object") }
    var strings: [String: String] = [:]
    for (key, value) in object {
      guard let text = value.string else {
        throw malformed("__metadata__ \(key) is \(value.kind), not a string")
      }
      strings[key] = text
    }
    return strings
  }

  private func entry(_ name: String, _ description: JSON, dataStart: Int) throws -> TensorEntry {
    func wrong(_ reason: String) -> CheckpointsError {
      .malformedTensor(path: path, tensor: name, reason: reason)
    }
    guard let object = description.object else { throw wrong("its description is \(description.kind)") }
    for key in object.keys where !["dtype", "shape", "data_offsets"].contains(key) {
      throw wrong("its description has the unknown key \(key)")
    }
    guard let typeName = object["dtype"]?.string else { throw wrong("dtype is missing or not a string") }
    guard let type = StoredType(rawValue: typeName) else { throw wrong("the type \(typeName) is not known") }
    guard let dimensions = object["shape"]?.array else { throw wrong("shape is missing or not an array") }
    let shape = try dimensions.map { dimension in
      guard let count = dimension.integer, count >= 0 else {
        throw wrong("a dimension of its shape is not a count")
      }
      return count
    }
    guard let byteCount = type.byteCount(shape: shape) else { throw wrong("its shape \(shape) is too large") }
    guard let offsets = object["data_offsets"]?.array, offsets.count == 2,
      let start = offsets[0].integer, let end = offsets[1].integer, start >= 0, start <= end
    else { throw wrong("data_offsets must be two ascending offsets") }
    guard end <= bytes.count - dataStart else {
      throw wrong(
        "it ends at byte \(end) of the data, which has \(bytes.count - dataStart); the file is cut off")
    }
    guard end - start == byteCount else {
      throw wrong("\(typeName) of shape \(shape) needs \(byteCount) bytes, not \(end - start)")
    }
    return TensorEntry(type: type, shape: shape, byteRange: dataStart + start..<dataStart + end)
  }

  private func checkCover(_ entries: [String: TensorEntry], dataStart: Int) throws {
    let ordered = entries.sorted {
      let (left, right) = ($0.value.byteRange, $1.value.byteRange)
      return (left.lowerBound, left.upperBound, $0.key) < (right.lowerBound, right.upperBound, $1.key)
    }
    var end = dataStart
    for (name, entry) in ordered {
      if entry.byteRange.lowerBound < end {
        throw CheckpointsError.malformedTensor(
          path: path, tensor: name, reason: "its bytes overlap another tensor's")
      }
      if entry.byteRange.lowerBound > end {
        throw CheckpointsError.malformedTensor(
          path: path, tensor: name,
          reason: "\(entry.byteRange.lowerBound - end) bytes before it belong to no tensor")
      }
      end = entry.byteRange.upperBound
    }
    if end != bytes.count { throw malformed("\(bytes.count - end) bytes at its end belong to no tensor") }
  }
}
