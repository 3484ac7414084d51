import Foundation
import Tensors
import Testing

@testable import Benchmarks

@Suite struct TrainingBenchmarkTests {
  /// Against 6 operations for each weight of a product and each row that meets it, and attention by hand.
  @Test func operationsAreThoseOfTheProductsAndOfAttention() throws {
    let tokens = 2048.0
    let text = 6 * tokens * (8 * (4 * 512 * 512 + 3 * 512 * 1376) + 512 * 32000)
    let causal = 8 * 12 * 4 * (512.0 * 513 / 2) * 512
    #expect(try TrainingWork.text.operations() == text + causal)

    let patches = 4 * 196.0
    let encoder = 12 * (6 * patches * (4 * 384 * 384 + 2 * 384 * 1536) + 12 * patches * 196 * 384)
    let embedding = 4 * patches * 384 * 768
    let rows = 6 * tokens * (2 * 512 * 512 + 3 * 512 * 1376)
    let blocks = 4 * (rows + 6 * patches * 2 * 384 * 512 + 12 * tokens * 196 * 512)
    #expect(try TrainingWork.joint.operations() == text + causal + encoder + embedding + blocks)
  }

  /// The number of parameters is that of tools/reference/benchmark_train.py; untrained, the loss is near ln 32000.
  @Test func aStepLearnsFromRandomTokens() throws {
    var told: [Int] = []
    let result = try TrainingBenchmark(.text, on: .cpu()).run(warmUp: 1, steps: 2) { told.append($0) }
    #expect(result.parameters == 58_073_600)
    #expect(result.steps.seconds.count == 2 && told == [1, 2, 3])
    let first = try #require(result.losses.first)
    let last = try #require(result.losses.last)
    #expect(abs(first - log(32000)) < 0.3)
    #expect(last < first)
    #expect((result.peakResidentBytes ?? 0) > 16 * result.parameters)
    let parts = result.parts.forward + result.parts.loss + result.parts.backward + result.parts.optimizer
    #expect(result.steps.seconds.contains { abs($0 - parts) < 0.05 * $0 })
  }

  @Test func theMedianIsTheMiddle() throws {
    #expect(Measurement(seconds: [3, 1, 2]).median == 2)
    #expect(Measurement(seconds: [4, 1, 2, 3]).median == 2.5)
    #expect(Measurement(seconds: [4, 1, 2, 3]).least == 1)
    var (prepared, worked) = (0, 0)
    let measured = Measurement(warmUp: 2, repetitions: 3, prepare: { prepared += 1 }) { worked += 1 }
    #expect(measured.seconds.count == 3 && prepared == 5 && worked == 5)
  }

  @Test func productsTakeTime() throws {
    let rate = try ProductBenchmark.rate(.init(rows: 64, depth: 64, columns: 64), on: .cpu())
    #expect(rate.isFinite && rate > 1e6)
  }

  @Test func everyKernelIsMeasured() throws {
    var count = 0
    let results = try KernelBenchmark(repetitions: 1, on: .cpu()) { count += 1 }.run()
    #expect(results.count == KernelBenchmark.kernels && count == results.count)
    #expect(results.first?.name == "copy")
    #expect(results.allSatisfy { $0.bandwidth > 0 && $0.bandwidth.isFinite && $0.rate.isFinite })
  }
}
