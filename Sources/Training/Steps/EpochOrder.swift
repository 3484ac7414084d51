internal import Groundwork

/// The order in which an epoch sees its studies: a pure function of seed and epoch, so that a resumed run repeats it.
public enum EpochOrder {
  /// The numbers below `count`, shuffled (Fisher and Yates; Durstenfeld, CACM 7(7), 1964). Our own, as the standard library
  /// does not promise that its shuffle stays the same.
  public static func shuffled(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var order = Array(0..<count)
    var generator = PhiloxGenerator(seed: seed, name: "epoch order \(epoch)")
    var remaining = count
    while remaining > 1 {
      let pick = Int(below(UInt64(remaining), &generator))
      remaining -= 1
      order.swapAt(pick, remaining)
    }
    return order
  }

  /// Uniform below a bound, without bias (Lemire, "Fast random integer generation in an interval", TOMACS 29(1), 2019).
  private static func below(_ bound: UInt64, _ generator: inout PhiloxGenerator) -> UInt64 {
    let threshold = (0 &- bound) % bound
    while true {
      let product = generator.next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return product.high }
    }
  }
}
