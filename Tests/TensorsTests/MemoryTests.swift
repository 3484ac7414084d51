import Groundwork
import Testing

@testable import Tensors

/// Device memory: blocks of their own, aligned, and used again after they were given back.
struct MemoryTests {
  @Test(arguments: [1, 100, 5000, 1_000_000, 3_000_000])
  func releasedMemoryIsUsedAgain(_ count: Int) throws {
    let device = try Device.cpu(threads: 1)
    func address() throws -> UInt { UInt(bitPattern: try Tensor([count], on: device).memory) }
    let first = try address()
    #expect(first % 64 == 0)
    #expect(try address() == first)
  }

  /// Blocks of all sizes come and go; each keeps what was written into it until it goes.
  @Test func blocksNeverOverlap() throws {
    let device = try Device.cpu(threads: 1)
    var random = PhiloxGenerator(seed: 8)
    var held: [(tensor: Tensor, mark: Float)] = []
    for turn in 0..<400 {
      if held.count > 20 {
        let (tensor, mark) = held.remove(at: Int(random.next() % UInt64(held.count)))
        let values = try tensor.values()
        #expect(values.first == mark && values.last == mark)
        #expect(try tensor.sum() == mark * Float(tensor.count))
      }
      let count = 1 << Int(random.next() % 20)
      let tensor = try Tensor([count], on: device)
      let mark = Float(turn % 8)
      try tensor.fill(mark)
      held.append((tensor, mark))
    }
  }

  /// What is copied within a tensor survives that source and destination overlap.
  @Test func overlappingCopiesKeepTheirOrder() throws {
    let device = try Device.cpu(threads: 4)
    let count = 1_500_000
    let numbers = (0..<count).map(Float.init)
    let tensor = try Tensor(numbers, [count], on: device)
    try tensor.rows(7..<count).copy(from: tensor.rows(0..<count - 7))
    #expect(try tensor.values() == Array(numbers[..<7] + numbers[..<(count - 7)]))
  }
}
