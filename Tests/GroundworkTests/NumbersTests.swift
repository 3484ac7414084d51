import Testing

@testable import Groundwork

struct NumbersTests {
  /// The known answers that Random123 publishes for Philox 4x32-10 (Salmon et al. 2011).
  @Test func philoxGivesTheKnownAnswers() {
    #expect(
      Philox.block(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = UInt32.max
    #expect(
      Philox.block(counter: SIMD4(repeating: ones), key: SIMD2(repeating: ones))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox.block(
        counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
        key: SIMD2(0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func aStreamGoesOnFromItsPosition() {
    var whole = PhiloxGenerator(seed: 7, name: "study")
    let numbers = (0..<9).map { _ in whole.next() }
    var rest = PhiloxGenerator(seed: 7, name: "study")
    rest.position = 5
    #expect((5..<9).map { _ in rest.next() } == Array(numbers[5...]))
    var other = PhiloxGenerator(seed: 7, name: "studz")
    #expect(other.next() != numbers[0])
  }

  @Test func drawsHaveTheirMoments() {
    var random = PhiloxGenerator(seed: 1)
    let normals = (0..<20_000).map { _ in random.normal() }
    let mean = normals.reduce(0, +) / 20_000
    let variance = normals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05)
    let uniforms = (0..<20_000).map { _ in random.uniform() }
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniforms.reduce(0, +) / 20_000 - 0.5) < 0.01)
  }

  @Test func digestsAreThoseOfTheStandard() {
    #expect(
      SHA256.hexadecimal(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test(arguments: [(10, 20), (1000, 2000), (200_000, 1000), (200_000, 64)])
  func differentTextsAreCounted(different: Int, limit: Int) {
    var count = DistinctCount(exactUpTo: limit)
    for _ in 0..<2 {
      for index in 0..<different { count.insert("study \(index)") }
    }
    #expect(count.isExact == (different <= limit))
    // Three standard errors of the estimate.
    let allowed = count.isExact ? 0 : 3 * 0.0081 * Double(different)
    #expect(abs(Double(count.count - different)) <= allowed)
  }

  @Test func misspeltWordsFindTheirNeighbour() {
    let words = ["rotation", "shift", "scale", "learning_rate"]
    #expect(nearest(to: "scael", among: words) == "scale")
    #expect(nearest(to: "lerning_rate", among: words) == "learning_rate")
    #expect(nearest(to: "xyzzy", among: words) == nil)
    #expect(nearest(to: "", among: words) == nil)
  }

  @Test func decimalsAreFixed() {
    #expect(0.805.text(decimals: 1) == "0.8")
    #expect((-0.04).text(decimals: 1) == "0.0")
    #expect((-1.26).text(decimals: 1) == "-1.3")
    #expect(12.0.text(decimals: 0) == "12")
    #expect(0.05.text(decimals: 2) == "0.05")
    #expect(Double.nan.text(decimals: 2) == "nan")
  }

  @Test func momentsAreWrittenAsRFC3339() {
    #expect(UTCTime.text(secondsSince1970: 0) == "1970-01-01T00:00:00Z")
    #expect(UTCTime.text(secondsSince1970: 1_772_323_199) == "2026-02-28T23:59:59Z")
  }
}
