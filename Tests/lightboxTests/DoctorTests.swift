import Groundwork
import Testing

@Suite struct DoctorTests {
  @Test func factsOfTheMachineAreOneObject() throws {
    let result = try Binary.run("doctor", "--json")
    #expect(result.code == 0 && result.messages.isEmpty)
    let facts = try #require(result.json)
    #expect((facts["machine"]?["usable_processors"]?.integer ?? 0) > 0)
    #expect((facts["machine"]?["memory_bytes"]?.integer ?? 0) > 1 << 20)
    let checks = try #require(facts["checks"]?.array)
    #expect(checks.contains { $0["name"]?.string == "DICOM dictionary" })
    for check in checks where check["present"] == .boolean(false) {
      #expect(check["advice"]?.string?.isEmpty == false)
    }
  }

  @Test func whatIsMissingIsNamedWithItsRemedy() throws {
    let result = try Binary.run("doctor", variables: ["DCMDICTPATH": "/no/dictionary.dic", "LANG": "C"])
    #expect(result.code == 0)
    #expect(result.output.contains("MISSING  DICOM dictionary"))
    #expect(result.output.contains("DCMDICTPATH names no file that exists"))
    #expect(result.output.contains("export LANG=C.UTF-8"))
    #expect(!result.output.contains("\u{1B}"))
  }
}
