import Groundwork
import Testing

@testable import Imaging

@Suite struct DICOMImageTests {
  private func image(bits: Int, isMonochrome1: Bool = false, rows: Int = 11, columns: Int = 9) -> DICOMImage {
    let white = (1 << bits) - 1
    return DICOMImage(
      rows: rows, columns: columns, samples: (0..<rows * columns).map { UInt16($0 * 7919 % (white + 1)) },
      bitsStored: bits, isMonochrome1: isMonochrome1,
      attributes: [
        .init(.sopClassUID, DICOMImage.digitalXRayForPresentation), .init(.sopInstanceUID, "2.25.42"),
        .init(.modality, "DX"), .init(.patientName, "Wang^XiaoDong=王^小东"), .init(.viewPosition, "PA"),
        .init(.windowCenter, String((white + 1) / 2)), .init(.windowWidth, String(white + 1)),
        .init(.codeValue, "272479007", in: .viewCodeSequence),
        .init(.codingSchemeDesignator, "SCT", in: .viewCodeSequence),
      ])
  }

  @Test(arguments: DICOMSyntax.allCases, [8, 10, 12, 15, 16])
  func aWrittenImageIsReadBackExactly(syntax: DICOMSyntax, bits: Int) throws {
    let original = image(bits: bits, isMonochrome1: bits == 12)
    let bytes = try original.encoded(syntax)
    let file = try bytes.withUnsafeBytes { try DICOMFile($0, path: "written") }
    let shape = try file.pixelShape()
    #expect(shape.transferSyntax == syntax.rawValue)
    #expect((shape.rows, shape.columns, shape.bitsStored) == (11, 9, bits))
    let stored = try file.storedFrame(0)
    let samples = stored.withUnsafeBytes { buffer in
      shape.sampleBytes == 1 ? buffer.map { UInt16($0) } : Array(buffer.bindMemory(to: UInt16.self))
    }
    #expect(samples == original.samples)
    #expect(file.text(.patientName) == "Wang^XiaoDong=王^小东")
    #expect(file.text(.codeValue, in: .viewCodeSequence) == "272479007")
    #expect(file.text(.photometricInterpretation) == (bits == 12 ? "MONOCHROME1" : "MONOCHROME2"))
    let radiograph = try Radiograph(file)
    #expect(radiograph.view == .posteroanterior)
    #expect(radiograph.isInverted == (bits == 12))
  }

  @Test func writingTwiceGivesTheSameBytes() throws {
    for syntax in DICOMSyntax.allCases {
      #expect(try image(bits: 12).encoded(syntax) == image(bits: 12).encoded(syntax))
    }
  }

  @Test func whatCannotBeWrittenIsRefused() {
    let tooBright = DICOMImage(
      rows: 1, columns: 2, samples: [0, 256], bitsStored: 8, attributes: image(bits: 8).attributes)
    #expect(throws: ImagingError.self) { try tooBright.encoded() }
    let tooFew = DICOMImage(rows: 2, columns: 2, samples: [0], bitsStored: 8, attributes: [])
    #expect(throws: ImagingError.self) { try tooFew.encoded() }
    let nameless = DICOMImage(rows: 1, columns: 2, samples: [0, 1], bitsStored: 8, attributes: [])
    #expect(throws: ImagingError.self) { try nameless.encoded() }
  }
}
