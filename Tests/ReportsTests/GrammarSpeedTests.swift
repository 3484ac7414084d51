import Foundation
import Groundwork
import Testing
import Tokenization

@testable import Reports

@Suite(.serialized) struct GrammarSpeedTests {
  /// The processor time of this thread, which other work on the machine does not lengthen.
  private static func processorSeconds() -> Double {
    var moment = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &moment)
    return Double(moment.tv_sec) + Double(moment.tv_nsec) * 1e-9
  }

  #if DEBUG
    static let sizes = [4_000]
  #else
    static let sizes = [4_000, 100_000]
  #endif

  /// Prints the time of a mask; the bound is loose, for debug builds and busy machines.
  @Test(arguments: sizes)
  func aMaskIsQuick(size: Int) throws {
    let start = monotonicSeconds()
    let vocabulary = try GrammarVocabulary(tokens: RandomWriter.tokens(size: size, seed: 5))
    let prepared = monotonicSeconds() - start
    for budget in [4096, 384] {
      var (seconds, masks, slowest) = (0.0, 0, 0.0)
      for seed in 0..<4 {
        var constraint = try ClinicalDraft.constraint(vocabulary: vocabulary, budget: budget)
        var generator = PhiloxGenerator(seed: UInt64(seed))
        var mask = TokenMask(vocabularySize: vocabulary.size)
        while !constraint.mayEnd {
          mask.forbidAll()
          let begin = Self.processorSeconds()
          constraint.allow(into: &mask)
          let elapsed = Self.processorSeconds() - begin
          (seconds, masks, slowest) = (seconds + elapsed, masks + 1, max(slowest, elapsed))
          var quoted: Int?
          var chosen: Int?
          var seen = 0.0
          mask.forEach { token in
            seen += 1
            if generator.uniform() < 1 / seen { chosen = token }
            if token < 256, token == Int(UInt8(ascii: "\"")) { quoted = token }
          }
          let token = generator.uniform() < 0.1 ? quoted ?? chosen : chosen
          try constraint.accept(#require(token))
        }
      }
      let mean = seconds / Double(masks) * 1e6
      print(
        "vocabulary \(size), budget \(budget): \(mean.text(decimals: 1)) µs a mask, slowest "
          + "\((slowest * 1e6).text(decimals: 0)) µs, \(masks) masks, prepared in "
          + "\((prepared * 1e3).text(decimals: 0)) ms")
      #expect(mean < 20_000)
    }
  }
}
