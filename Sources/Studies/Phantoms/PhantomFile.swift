internal import Groundwork
internal import Imaging

/// How the files of a phantom set are written.
public enum PhantomFormat: String, CaseIterable, Sendable {
  case dicom, png
  /// DICOM and PNG by turns of chance.
  case mixed
}

/// One image of a phantom study as a file.
struct PhantomFile {
  let seed: UInt64
  let plan: PhantomGenerator.Plan
  /// 0 for the frontal film, 1 for the lateral one.
  let number: Int
  let image: Radiograph

  /// The bytes of a DICOM file. Photometric interpretation, bit depth, transfer syntax and whether a window is stored differ
  /// from study to study, as they do in an archive; the names say that there is no patient.
  func dicom(_ random: inout PhiloxGenerator) throws(ImagingError) -> [UInt8] {
    let bits = [12, 12, 12, 8, 10, 14, 16].randomElement(using: &random) ?? 12
    let isMonochrome1 = random.uniform() < 0.3
    let syntax = DICOMSyntax.allCases.randomElement(using: &random) ?? .explicitLittleEndian
    let hasWindow = random.uniform() < 0.7
    let most = Float((1 << bits) - 1)
    let low = (most * 0.04).rounded()
    let high = (most * 0.93).rounded()
    let samples = image.pixels.map { value -> UInt16 in
      UInt16((low + (isMonochrome1 ? 1 - value : value) * (high - low)).rounded())
    }
    var attributes = self.attributes
    if hasWindow {
      // PS3.3 C.11.2.1.2: a linear window maps [centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2] to the display.
      let width = Int(high - low) + 1
      let centre = (Double(low) + Double(high) + 1) / 2
      attributes.append(DICOMImage.Attribute(.windowCenter, centre.text(decimals: 1)))
      attributes.append(DICOMImage.Attribute(.windowWidth, String(width)))
    }
    return try DICOMImage(
      rows: image.height, columns: image.width, samples: samples, bitsStored: bits,
      isMonochrome1: isMonochrome1,
      attributes: attributes
    ).encoded(syntax)
  }

  private var attributes: [DICOMImage.Attribute] {
    let patient = PhantomGenerator.name("p", plan.patient)
    let day = plan.index % 28 + 1
    let age = String(plan.ageYears)
    var attributes: [DICOMImage.Attribute] = [
      .init(.imageType, "ORIGINAL\\PRIMARY"),
      .init(.sopClassUID, DICOMImage.computedRadiography),
      .init(.sopInstanceUID, uid("image \(plan.index).\(number)")),
      .init(.studyDate, "202601" + (day < 10 ? "0\(day)" : "\(day)")),
      .init(.studyTime, "0\(plan.index % 10)1500"),
      .init(.accessionNumber, "PHANTOM\(plan.index)"),
      .init(.modality, "CR"),
      .init(.manufacturer, "Lightbox phantom"),
      .init(.referringPhysicianName, ""),
      .init(.studyDescription, "Chest phantom"),
      .init(.patientName, "PHANTOM^\(patient.uppercased())"),
      .init(.patientID, "PHANTOM-\(patient)"),
      .init(.patientBirthDate, ""),
      .init(.patientSex, plan.sex.rawValue),
      .init(.patientAge, String(repeating: "0", count: max(0, 3 - age.count)) + age + "Y"),
      .init(.additionalPatientHistory, plan.complaint.text),
      .init(.bodyPartExamined, "CHEST"),
      .init(.viewPosition, number == 0 ? plan.view.rawValue : "LL"),
      .init(.studyInstanceUID, uid("study \(plan.index)")),
      .init(.seriesInstanceUID, uid("series \(plan.index).\(number)")),
      .init(.studyID, String(plan.index)),
      .init(.seriesNumber, String(number + 1)),
      .init(.instanceNumber, "1"),
      .init(.patientOrientation, number == 0 ? "L\\F" : "P\\F"),
      .init(.burnedInAnnotation, "NO"),
    ]
    if plan.complaint.text.unicodeScalars.count <= 64 {
      attributes.append(.init(.reasonForTheRequestedProcedure, plan.complaint.text))
    }
    return attributes
  }

  /// A UID of 122 bits that depends on the seed and the name alone (PS3.5 B.2, version 4 layout).
  private func uid(_ name: String) -> String {
    var random = PhiloxGenerator(seed: seed, name: "phantom uid " + name)
    let upper = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let lower = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    return "2.25.\(UInt128(upper) << 64 | UInt128(lower))"
  }
}
