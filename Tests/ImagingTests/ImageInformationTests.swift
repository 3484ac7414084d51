import Groundwork
import Testing

@testable import Imaging

@Suite struct ImageInformationTests {
  @Test func aDICOMFileSaysWhatItIs() throws {
    let information = try ImageInformation.read(Fixture.path("rescale.dcm"))
    let json = information.json
    #expect(information.format == .dicom)
    #expect(json["transfer_syntax"] == "1.2.840.10008.1.2.1")
    #expect(json["modality"] == "CR")
    #expect(json["rows"] == 12 && json["columns"] == 16 && json["frames"] == 1)
    #expect(json["bits_stored"] == 16)
    #expect(json["photometric"] == "MONOCHROME2")
    #expect(json["pixels_sha256"]?.string?.count == 64)
    #expect(json["minimum"]?.integer == -933 && json["maximum"]?.integer == 1493)
    #expect(json["rescale_slope"]?.number == -1.5)
    #expect(json["window_center"] == JSON.array([.number(100)]))
  }

  @Test func namesAreSaidOnlyWhenAskedFor() throws {
    let path = Fixture.path("gb18030.dcm")
    #expect(try ImageInformation.read(path).json["patient_name"] == nil)
    #expect(try ImageInformation.read(path, naming: true).json["patient_name"] == "王^小东")
  }

  @Test func pixelsThatCannotBeDecodedLeaveTheRest() throws {
    let information = try ImageInformation.read(Fixture.path("bad-wavelet.dcm"))
    #expect(information.pixelsError?.reason == .unsupported)
    #expect(information.json["pixels_sha256"] == nil)
    #expect(information.json["transfer_syntax"] == "1.2.840.10008.1.2.4.90")
    #expect(information.json["rows"] == 72)
  }

  @Test func aPictureSaysItsDepthAndColor() throws {
    let json = try ImageInformation.read(Fixture.path("color-alpha.png")).json
    #expect(json["format"] == "png")
    #expect(json["channels"] == 4 && json["bits"] == 8)
    #expect(json["alpha"] == true)
    #expect(json["rows"] == 12 && json["columns"] == 16)
  }
}
