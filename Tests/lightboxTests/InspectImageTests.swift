import Groundwork
import Imaging
import Testing

@Suite struct InspectImageTests {
  private let rows = 6
  private let columns = 8
  private var samples: [UInt16] { (0..<48).map { UInt16($0 * 20) } }

  private func film(in scratch: Scratch, isMonochrome1: Bool = false) throws -> String {
    let attributes = [
      DICOMImage.Attribute(.sopClassUID, DICOMImage.computedRadiography),
      DICOMImage.Attribute(.sopInstanceUID, "2.25.77"), DICOMImage.Attribute(.modality, "CR"),
      DICOMImage.Attribute(.patientName, "Wang^XiaoDong"), DICOMImage.Attribute(.viewPosition, "PA"),
      DICOMImage.Attribute(.windowCenter, "470.5"), DICOMImage.Attribute(.windowWidth, "941"),
    ]
    let image = DICOMImage(
      rows: rows, columns: columns, samples: samples, bitsStored: 12, isMonochrome1: isMonochrome1,
      attributes: attributes)
    return try scratch.write("film", try image.encoded())
  }

  @Test func aFilmIsDescribedByItsStoredValues() throws {
    let scratch = try Scratch()
    let result = try Binary.run("inspect", try film(in: scratch), "--json")
    #expect(result.code == 0 && result.messages.isEmpty)
    let facts = try #require(result.json)
    #expect(facts["kind"]?.string == "image")
    #expect(facts["transfer_syntax"]?.string == "1.2.840.10008.1.2.1")
    #expect(facts["modality"]?.string == "CR")
    #expect(facts["rows"]?.integer == 6 && facts["columns"]?.integer == 8 && facts["frames"]?.integer == 1)
    #expect(facts["bits_stored"]?.integer == 12)
    #expect(facts["photometric"]?.string == "MONOCHROME2")
    #expect(facts["minimum"]?.number == 0 && facts["maximum"]?.number == 940 && facts["mean"]?.number == 470)
    let bytes = samples.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(facts["pixels_sha256"]?.string == SHA256.hexadecimal(of: bytes))
    #expect(facts["view"]?.string == "PA")
  }

  @Test func nobodyIsNamed() throws {
    let scratch = try Scratch()
    let file = try film(in: scratch)
    for result in [try Binary.run("inspect", file), try Binary.run("inspect", file, "--json")] {
      #expect(!result.output.contains("Wang") && !result.messages.contains("Wang"))
    }
  }

  @Test func theEncodersViewIsWritten() throws {
    let scratch = try Scratch()
    let output = Path.join(scratch.path, "seen.png")
    for isMonochrome1 in [false, true] {
      let file = try film(in: scratch, isMonochrome1: isMonochrome1)
      for bits in ["8", "16"] {
        #expect(try Binary.run("inspect", file, "--pixels", output, "--bits", bits, "--json").code == 0)
        let facts = try #require(try Binary.run("inspect", output, "--json").json)
        #expect(facts["format"]?.string == "png")
        #expect(facts["bits"]?.integer == Int(bits))
        // The window's ends: the linear function of PS3.3 C.11.2.1.2 shows 0 black and 940 white.
        let white = bits == "8" ? 255 : 65535
        #expect(facts["minimum"]?.integer == 0 && facts["maximum"]?.integer == white)
        let seen = try Radiograph.read(output)
        #expect(seen.pixels.first == (isMonochrome1 ? 1 : 0))
      }
    }
  }

  @Test func whatCannotBeDecodedIsSaidAndEndsWith65() throws {
    let scratch = try Scratch()
    let bytes = try File.read(try film(in: scratch))
    let cut = try scratch.write("cut.dcm", Array(bytes.dropLast(40)))
    #expect(try Binary.run("inspect", cut, "--json").code == 65)
    let text = try scratch.write("notes.txt", "hello")
    let result = try Binary.run("inspect", text)
    #expect(result.code == 65 && result.messages.contains("give a DICOM, PNG or JPEG radiograph"))
  }

  @Test func optionsThatDoNotGoTogetherAreUsage() throws {
    let scratch = try Scratch()
    let film = try film(in: scratch)
    #expect(try Binary.run("inspect", film, "--bits", "16").code == 64)
    let tensors = try scratch.write("a.safetensors", "")
    #expect(try Binary.run("inspect", tensors, "--pixels", "x.png").code == 64)
    let unwritable = try Binary.run("inspect", film, "--pixels", "/proc/none/x.png")
    #expect(unwritable.code != 0 && unwritable.messages.contains("/proc/none/x.png"))
  }
}
