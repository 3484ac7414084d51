import Foundation
import Synchronization
import Testing

@testable import Training

private struct Refusal: Error, Equatable { let number: Int }

/// Gives the other threads up to ten seconds.
private func eventually(_ holds: () -> Bool) -> Bool {
  for _ in 0..<10_000 {
    if holds() { return true }
    usleep(1000)
  }
  return false
}

@Suite(.timeLimit(.minutes(1))) struct PrefetcherTests {
  @Test(arguments: [0, 1, 4])
  func elementsComeInOrderHoweverManyWorkers(workers: Int) throws {
    let prefetcher = try Prefetcher(10..<200, workers: workers, ahead: 3) { number in
      // Uneven work, so that workers overtake each other.
      if number % 7 == 0 { usleep(2000) }
      return number * number
    }
    var elements: [Int] = []
    while let element = try prefetcher.next() { elements.append(element) }
    #expect(elements == (10..<200).map { $0 * $0 })
    #expect(try prefetcher.next() == nil)
  }

  @Test func preparationStopsAtItsBound() throws {
    let started = Mutex(0)
    let prefetcher = try Prefetcher(0..<100, workers: 2, ahead: 3) { number in
      started.withLock { $0 += 1 }
      return number
    }
    #expect(eventually { started.withLock { $0 } == 3 })
    usleep(20_000)
    #expect(started.withLock { $0 } == 3)
    #expect(try prefetcher.next() == 0)
    #expect(eventually { started.withLock { $0 } == 4 })
    usleep(20_000)
    #expect(started.withLock { $0 } == 4)
  }

  @Test(arguments: [0, 1, 3])
  func anErrorComesInItsPlaceAndEndsTheStream(workers: Int) throws {
    let prefetcher = try Prefetcher(0..<50, workers: workers, ahead: 4) { number in
      if number == 5 || number == 7 { throw Refusal(number: number) }
      return number
    }
    for number in 0..<5 { #expect(try prefetcher.next() == number) }
    #expect(throws: Refusal(number: 5)) { try prefetcher.next() }
    #expect(try prefetcher.next() == nil)
    #expect(try prefetcher.next() == nil)
  }

  @Test func workGoesOnBesideTheConsumer() throws {
    let done = Mutex(0)
    let prefetcher = try Prefetcher(0..<10, workers: 1, ahead: 2) { number in
      done.withLock { $0 += 1 }
      return number
    }
    for number in 0..<8 {
      #expect(try prefetcher.next() == number)
      // The next two are prepared though nobody asked for them.
      #expect(eventually { done.withLock { $0 } == number + 3 })
    }
  }

  @Test func stoppingWaitsForWhatIsInHandAndLeavesNothingBehind() throws {
    final class Witness: Sendable {}
    weak var witness: Witness?
    do {
      let kept = Witness()
      witness = kept
      let prefetcher = try Prefetcher(0..<1000, workers: 3, ahead: 5) { number in
        usleep(1000)
        return (number, kept)
      }
      #expect(try prefetcher.next()?.0 == 0)
      prefetcher.stop()
      prefetcher.stop()
      #expect(try prefetcher.next() == nil)
    }
    // The last thread lets go of the queue just after it was joined at the latest.
    #expect(witness == nil)
  }

  @Test func lettingGoOfItStopsIt() throws {
    let count = Mutex(0)
    do {
      let prefetcher = try Prefetcher(0..<1_000_000, workers: 2, ahead: 1000) { number in
        count.withLock { $0 += 1 }
        usleep(500)
        return number
      }
      _ = try prefetcher.next()
    }
    let after = count.withLock { $0 }
    usleep(20_000)
    #expect(count.withLock { $0 } == after)
  }

  @Test func anEmptyRangeIsAnEmptyStream() throws {
    let prefetcher = try Prefetcher(3..<3, workers: 2) { $0 }
    #expect(try prefetcher.next() == nil)
  }
}
