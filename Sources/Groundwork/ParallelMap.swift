internal import Glibc
internal import Synchronization

/// What `compute` gives for each index, in order, computed on `threads` threads. The first error met is thrown.
public func parallelMap<Element: Sendable>(
  _ indices: Range<Int>, threads: Int, _ compute: @escaping @Sendable (Int) throws -> Element
) throws -> [Element] {
  let work = ParallelWork(indices, compute)
  var companions: [pthread_t] = []
  for _ in 1..<max(1, min(threads, indices.count)) {
    var thread = pthread_t()
    let reference = Unmanaged.passRetained(work as ParallelRunning)
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<ParallelRunning>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, reference.toOpaque())
    if code == 0 {
      companions.append(thread)
    } else {
      // The threads there are do the rest.
      reference.release()
    }
  }
  work.run()
  for thread in companions { pthread_join(thread, nil) }
  return try work.results()
}

private class ParallelRunning {
  func run() {}
}

/// Threads take the next index until none is left. The state is only touched under its lock.
private final class ParallelWork<Element: Sendable>: ParallelRunning, @unchecked Sendable {
  private struct State: Sendable {
    var next: Int
    var elements: [Element?]
    var failure: (any Error)?
  }

  private let indices: Range<Int>
  private let compute: @Sendable (Int) throws -> Element
  private let state: Mutex<State>

  init(_ indices: Range<Int>, _ compute: @escaping @Sendable (Int) throws -> Element) {
    self.indices = indices
    self.compute = compute
    state = Mutex(State(next: indices.lowerBound, elements: [Element?](repeating: nil, count: indices.count)))
  }

  override func run() {
    while let index = take() {
      do {
        let element = try compute(index)
        state.withLock { $0.elements[index - indices.lowerBound] = element }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < indices.upperBound else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  func results() throws -> [Element] {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.elements.compactMap { $0 }
    }
  }
}
