internal import Groundwork

/// The compact JSON texts of one schema, as instructions of a pushdown automaton over bytes.
///
/// Each instruction stands for a part of the text and follows the one before it; the only stack the automaton needs is the
/// number of items so far in each open array, for the schemas in question do not refer to themselves. The automaton is
/// deterministic: at any place the next byte decides what comes (see `GrammarAutomaton`).
public struct Grammar: Sendable {
  /// A choice among strings.
  public struct Choice: Equatable, Sendable {
    /// Where it stands, as in `findings.code`.
    public let path: String
    /// The members, without quotes.
    public let members: [String]
  }

  /// An array.
  public struct Repetition: Equatable, Sendable {
    public let path: String
    public let count: ClosedRange<Int>
    /// Arrays around this one.
    let level: Int
    /// The instruction after the array.
    var exit: Int32 = 0
    /// The first instruction of an item.
    var item: Int32 = 0
  }

  struct Text: Equatable, Sendable {
    let textClass: TextClass
    /// The most Unicode scalars it may have; the least is one.
    let limit: Int32
    /// What it says when it must be closed before it has any: JSON bytes, without quotes.
    let fallback: [UInt8]
  }

  struct Instruction: Sendable {
    enum Kind: UInt8, Sendable {
      /// The bytes `literals[index..<index + count]`.
      case literal
      /// One of the members of `choices[index]` and the closing quote.
      case choice
      /// The characters of `texts[index]` and the closing quote.
      case text
      /// An integer in `ranges[index]`.
      case integer
      /// After the opening bracket of `repetitions[index]`: an item or the closing bracket.
      case open
      /// After an item of `repetitions[index]`: a comma or the closing bracket.
      case more
      case end
    }

    let kind: Kind
    let index: Int32
    var count: Int32 = 0
  }

  /// A node of a choice's trie: the members that go on with `byte` at this depth.
  struct ChoiceNode: Sendable {
    let byte: UInt8
    let depth: Int32
    let members: UInt128
    /// The member that ends with this node's byte, a quote; or -1.
    var member: Int32 = -1
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
  }

  var instructions: [Instruction] = []
  var literals: [UInt8] = []
  public internal(set) var choices: [Choice] = []
  var choiceRoots: [Int32] = []
  var choiceNodes: [ChoiceNode] = []
  var texts: [Text] = []
  var ranges: [ClosedRange<Int64>] = []
  public internal(set) var repetitions: [Repetition] = []

  /// The deepest nesting of arrays, and the longest array, that the automaton counts.
  static let levelLimit = 4
  static let countLimit = 255
  /// The most members of a choice.
  static let memberLimit = 128

  /// A string in its JSON form, without the quotes.
  static func jsonText(_ text: String) -> String {
    String(String.UnicodeScalarView(JSON.string(text).text().unicodeScalars.dropFirst().dropLast()))
  }
}
