import Foundation
import Groundwork
import Imaging

/// A temporary directory with an archive and a place for its reports.
final class Archive {
  let path: String
  var source: String { Path.join(path, "source") }
  var output: String { Path.join(path, "reports") }

  init() throws {
    path = NSTemporaryDirectory() + "lightbox-archive-" + UUID().uuidString
    try File.createDirectory(source)
  }

  deinit { try? File.remove(path) }

  /// Writes a file of the source, with the directories above it.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = Path.join(source, name)
    try File.createDirectory(Path.parent(of: file))
    try File.writeAtomically(file, bytes)
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func png(_ name: String, seed: Int = 1) throws { try write(name, Self.png(seed: seed)) }

  func dicom(_ name: String, _ attributes: [DICOMTag: String] = [:], seed: Int = 1) throws {
    try write(name, Self.dicom(attributes, seed: seed))
  }

  /// The text of a file of the reports.
  func text(_ name: String) throws -> String {
    String(decoding: try File.read(Path.join(output, name)), as: UTF8.self)
  }

  /// The lines of a JSONL file of the reports.
  func lines(_ name: String) throws -> [JSON] {
    try text(name).split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
  }

  /// Every file under the reports, by its path there.
  func outputFiles() throws -> [String] {
    func files(_ directory: String) throws -> [String] {
      try File.list(Path.join(output, directory)).flatMap { name -> [String] in
        let path = Path.join(directory, name)
        return File.kind(of: Path.join(output, path)) == .directory ? try files(path) : [path]
      }
    }
    return try files("")
  }

  static let side = 72

  static func samples(seed: Int) -> [UInt16] {
    (0..<side * side).map { UInt16(($0 / side * 7 + $0 % side * (3 + seed)) % 4096) }
  }

  static func png(seed: Int = 1) throws -> [UInt8] {
    try PNGFile.encode(grey: samples(seed: seed).map { UInt8($0 >> 4) }, width: side, height: side)
  }

  /// A chest radiograph; attributes replace those of the pattern, empty ones leave them out.
  static func dicom(_ changes: [DICOMTag: String] = [:], seed: Int = 1) throws -> [UInt8] {
    var attributes: [DICOMTag: String] = [
      .sopClassUID: DICOMImage.computedRadiography, .sopInstanceUID: "2.25.\(seed)",
      .studyInstanceUID: "2.25.100", .modality: "CR", .bodyPartExamined: "CHEST", .patientID: "HN4711",
      .patientName: "Wang^XiaoDong=王^小东", .patientSex: "M", .patientAge: "056Y",
    ]
    attributes.merge(changes) { $1 }
    let listed = attributes.filter { !$0.value.isEmpty }.sorted {
      ($0.key.group, $0.key.element) < ($1.key.group, $1.key.element)
    }
    return try DICOMImage(
      rows: side, columns: side, samples: samples(seed: seed), bitsStored: 12,
      attributes: listed.map { DICOMImage.Attribute($0.key, $0.value) }
    ).encoded()
  }

  /// A DICOM file without an image: explicit little-endian, with a modality alone (PS3.10).
  static var dicomWithoutPixels: [UInt8] {
    let syntax = Array("1.2.840.10008.1.2.1\0".utf8)
    let syntaxElement: [UInt8] = [2, 0, 0x10, 0] + Array("UI".utf8) + [UInt8(syntax.count), 0] + syntax
    let length: [UInt8] = [2, 0, 0, 0] + Array("UL".utf8) + [4, 0, UInt8(syntaxElement.count), 0, 0, 0]
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + syntaxElement
      + [8, 0, 0x60, 0] + Array("CS".utf8) + [2, 0] + Array("SR".utf8)
  }
}
