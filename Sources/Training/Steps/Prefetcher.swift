internal import Glibc

/// Prepares elements on threads of its own while the consumer works on those before them.
///
/// Elements come in their order, however many workers there are; at most `ahead` (or one a worker) are prepared and not yet
/// taken. An error of the producer is thrown where its element would come, and ends the stream.
public final class Prefetcher<Element: Sendable>: Sendable {
  private let queue: Queue
  private let threads: [pthread_t]

  /// `produce` is called once for each number of the range, from any worker; with no workers from `next` itself.
  public init(
    _ range: Range<Int>, workers: Int = 1, ahead: Int = 2,
    produce: @escaping @Sendable (Int) throws -> Element
  ) throws(TrainingError) {
    queue = Queue(range, ahead: max(1, ahead, workers), isInline: workers == 0, produce: produce)
    var threads: [pthread_t] = []
    for _ in 0..<workers {
      var thread = pthread_t()
      let reference = Unmanaged.passRetained(queue)
      let code = pthread_create(&thread, nil, prefetch, reference.toOpaque())
      guard code == 0 else {
        reference.release()
        queue.stop()
        for thread in threads { pthread_join(thread, nil) }
        throw .thread(code: code)
      }
      threads.append(thread)
    }
    self.threads = threads
  }

  deinit { stop() }

  /// The next element; nil after the last one, after an error, and once stopped.
  public func next() throws -> Element? { try queue.take() }

  /// Lets the workers finish what they have in hand, and waits for them. Called by `deinit`, too.
  public func stop() {
    guard queue.stop() else { return }
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Queue: PrefetchWork, @unchecked Sendable {  // Every variable is guarded by the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let produce: @Sendable (Int) throws -> Element
    private let end: Int
    private let ahead: Int
    private let isInline: Bool
    private var claimed: Int
    private var taken: Int
    private var ready: [Int: Result<Element, any Error>] = [:]
    private var isStopped = false

    init(
      _ range: Range<Int>, ahead: Int, isInline: Bool, produce: @escaping @Sendable (Int) throws -> Element
    ) {
      self.produce = produce
      self.ahead = ahead
      self.isInline = isInline
      end = range.upperBound
      claimed = range.lowerBound
      taken = range.lowerBound
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_cond_destroy(changed)
      pthread_mutex_destroy(mutex)
      changed.deallocate()
      mutex.deallocate()
    }

    func work() {
      while let number = claim() {
        let result = Result { try produce(number) }
        pthread_mutex_lock(mutex)
        ready[number] = result
        if case .failure = result { claimed = end }
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
      }
    }

    private func claim() -> Int? {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      while !isStopped, claimed < end, claimed - taken >= ahead { pthread_cond_wait(changed, mutex) }
      guard !isStopped, claimed < end else { return nil }
      claimed += 1
      return claimed - 1
    }

    func take() throws -> Element? {
      pthread_mutex_lock(mutex)
      if isInline, !isStopped, taken < end {
        let number = taken
        pthread_mutex_unlock(mutex)
        let result = Result { try produce(number) }
        pthread_mutex_lock(mutex)
        ready[number] = result
      }
      while !isStopped, taken < end, ready[taken] == nil { pthread_cond_wait(changed, mutex) }
      let result = isStopped ? nil : ready.removeValue(forKey: taken)
      taken += 1
      if case .failure? = result { taken = end }
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
      return try result?.get()
    }

    /// False when it was stopped before.
    @discardableResult func stop() -> Bool {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      guard !isStopped else { return false }
      isStopped = true
      ready = [:]
      pthread_cond_broadcast(changed)
      return true
    }
  }
}

/// What a thread is given: C functions know no generic types.
private protocol PrefetchWork: AnyObject {
  func work()
}

private func prefetch(_ reference: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let reference else { return nil }
  (Unmanaged<AnyObject>.fromOpaque(reference).takeRetainedValue() as? any PrefetchWork)?.work()
  return nil
}
