import Foundation
import Groundwork
import Testing

@Suite struct BenchmarkTests {
  @Test func aBenchmarkMustBeNamed() throws {
    let result = try Binary.run("benchmark")
    #expect(result.code == 64)
    #expect(result.messages.contains("train") && result.messages.contains("kernels"))
  }

  @Test func aDirectoryWithoutImagesIsSaid() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("none-\(UUID().uuidString)").path
    try File.createDirectory(path)
    defer { try? File.remove(path) }
    let result = try Binary.run("benchmark", "images", path)
    #expect(result.code == 65)
    #expect(result.messages.contains("there is no DICOM, PNG or JPEG file"))
  }

  @Test func kernelsAreMeasuredBesideTheMachinesFacts() throws {
    let result = try Binary.run("benchmark", "kernels", "--repetitions", "1", "--json", "--quiet")
    #expect(result.code == 0 && result.messages.isEmpty)
    let answer = try #require(result.json)
    #expect((answer["machine"]?["usable_processors"]?.integer ?? 0) > 0)
    let kernels = try #require(answer["kernels"]?.array)
    #expect(kernels.contains { $0["kernel"]?.string == "product" && ($0["gflops"]?.number ?? 0) > 0 })
  }
}
