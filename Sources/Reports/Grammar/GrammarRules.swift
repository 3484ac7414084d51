/// What a grammar of bytes cannot say: how one choice limits another. Asked at each choice and each new item.
///
/// `Memory` is what has been written so far, as far as it matters; the automaton carries it along and copies it freely.
///
/// The rules must leave a way to the end: wherever `mayAdd` is true an item can be written, and a choice that is reached has
/// a member.
public protocol GrammarRules: Sendable {
  associatedtype Memory: Hashable, BitwiseCopyable, Sendable
  var initial: Memory { get }

  /// The members of `grammar.choices[choice]` that may be written now, one bit each.
  func members(of choice: Int, _ memory: Memory) -> UInt128

  /// Notes that a member was written.
  func note(_ member: Int, of choice: Int, _ memory: inout Memory)

  /// Whether `grammar.repetitions[array]` may have one more item, as far as the rules go.
  func mayAdd(to array: Int, _ memory: Memory) -> Bool
}

/// No rules beyond the grammar.
public struct NoGrammarRules: GrammarRules {
  public struct Memory: Hashable, BitwiseCopyable, Sendable {}
  public var initial: Memory { Memory() }

  public init() {}
  public func members(of choice: Int, _ memory: Memory) -> UInt128 { UInt128.max }
  public func note(_ member: Int, of choice: Int, _ memory: inout Memory) {}
  public func mayAdd(to array: Int, _ memory: Memory) -> Bool { true }
}
