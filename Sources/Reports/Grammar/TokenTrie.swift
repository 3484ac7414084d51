/// Byte strings with the tokens that write them, in the order of their bytes, so that tokens with the same start are looked at
/// together: the nodes of a trie in preorder.
struct TokenTrie: Sendable {
  struct Node: Sendable {
    let byte: UInt8
    /// From 1.
    let depth: Int32
    /// The node after the last one below this.
    var end: Int32
    /// The tokens that end here: `tokens[firstToken..<lastToken]`.
    var firstToken: Int32
    var lastToken: Int32
  }

  private(set) var nodes: [Node] = []
  private(set) var tokens: [Int32] = []
  /// The tokens of the empty string, at the start of `tokens`.
  private(set) var emptyCount = 0
  private(set) var depthLimit = 0
  /// Where each first byte has its node; -1 when no string starts with it.
  private var roots = [Int32](repeating: -1, count: 256)

  init(_ entries: [(bytes: ArraySlice<UInt8>, token: Int32)]) {
    let sorted = entries.sorted { left, right in
      left.bytes.elementsEqual(right.bytes)
        ? left.token < right.token : left.bytes.lexicographicallyPrecedes(right.bytes)
    }
    tokens.reserveCapacity(sorted.count)
    var path: [Int] = []
    for (bytes, token) in sorted {
      var shared = 0
      for byte in bytes.prefix(path.count) {
        guard nodes[path[shared]].byte == byte else { break }
        shared += 1
      }
      while path.count > shared { nodes[path.removeLast()].end = Int32(nodes.count) }
      for byte in bytes.dropFirst(shared) {
        if path.isEmpty { roots[Int(byte)] = Int32(nodes.count) }
        path.append(nodes.count)
        let place = Int32(tokens.count)
        nodes.append(
          Node(byte: byte, depth: Int32(path.count), end: 0, firstToken: place, lastToken: place))
      }
      depthLimit = max(depthLimit, path.count)
      tokens.append(token)
      if let last = path.last { nodes[last].lastToken = Int32(tokens.count) } else { emptyCount += 1 }
    }
    while let last = path.popLast() { nodes[last].end = Int32(nodes.count) }
  }

  /// Goes through the trie with a state that each byte changes. `step` gives nil to leave out a node and all below it;
  /// `visit` is called with the tokens that end at a node and the state there.
  @inline(__always)
  func walk<State>(
    from start: State, step: (State, Node) -> State?, visit: (Range<Int32>, State) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: State.self, capacity: depthLimit + 1) { states in
      states.initialize(repeating: start)
      nodes.withUnsafeBufferPointer { nodes in
        var index = 0
        while index < nodes.count {
          let node = nodes[index]
          guard let next = step(states[Int(node.depth) - 1], node) else {
            index = Int(node.end)
            continue
          }
          states[Int(node.depth)] = next
          if node.firstToken < node.lastToken { visit(node.firstToken..<node.lastToken, next) }
          index += 1
        }
      }
      states.deinitialize()
    }
  }

  /// The longest string of the trie that `bytes` start with, and its first token; nil when there is none.
  func longestMatch(_ bytes: ArraySlice<UInt8>) -> (token: Int, length: Int)? {
    guard let first = bytes.first, roots[Int(first)] >= 0 else { return nil }
    var best: (token: Int, length: Int)?
    var index = Int(roots[Int(first)])
    for (offset, _) in bytes.enumerated() {
      let node = nodes[index]
      if node.firstToken < node.lastToken { best = (Int(tokens[Int(node.firstToken)]), offset + 1) }
      guard let byte = bytes.dropFirst(offset + 1).first else { break }
      var child = index + 1
      while child < node.end, nodes[child].byte != byte { child = Int(nodes[child].end) }
      guard child < node.end else { break }
      index = child
    }
    return best
  }
}
