import Tensors
import TestSupport
import Testing

@testable import Layers

/// Frequencies as transformers computes them (`tools/reference/rotary.py`).
struct RotaryTests {
  @Test(arguments: [
    ("none", 10_000.0, RotaryEmbedding.Scaling.none),
    ("linear", 100_000, .linear(factor: 4)),
    ("llama3", 500_000, .llama3(factor: 8, low: 1, high: 4, originalLength: 8192)),
  ])
  func frequenciesAgree(_ name: String, _ theta: Double, _ scaling: RotaryEmbedding.Scaling) throws {
    let expected = try Fixture("rotary", in: .module).floats(name)
    let computed = RotaryEmbedding.frequencies(headSize: 64, theta: theta, scaling: scaling)
    for (value, wanted) in zip(computed, expected) { #expect(abs(value - wanted) <= 2e-6 * wanted) }
    #expect(computed.count == expected.count)
  }

  @Test func oddHeadsAreRefused() throws {
    let device = try Device.cpu()
    #expect(throws: LayersError.self) {
      try RotaryEmbedding(headSize: 5, theta: 10_000, scaling: .none, on: device)
    }
  }
}
