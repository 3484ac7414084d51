import Foundation
import Synchronization
import Tensors

/// The sets of instructions that the CPU's kernels are compiled for.
enum InstructionSet: String, CaseIterable, Sendable {
  case portable, avx2, avx512

  /// Those that this processor has, least first.
  static let available: [InstructionSet] = {
    let best = (try? avx512.device().facts().instructions).flatMap(InstructionSet.init) ?? .portable
    return Array(allCases.prefix { $0 != best }) + [best]
  }()

  /// One opening at a time: the wish is read from the environment, which the whole process shares.
  private static let opening = Mutex(())

  /// The CPU restricted to this set, or to a lesser one where the processor does not have it.
  func device(threads: Int = 2) throws -> Device {
    try Self.opening.withLock { _ in
      setenv("LIGHTBOX_INSTRUCTIONS", rawValue, 1)
      defer { setenv("LIGHTBOX_INSTRUCTIONS", "", 1) }
      return try Device.cpu(threads: threads)
    }
  }
}
