internal import Groundwork

/// A recipe with the places where its values were written, so that what is found wrong later can still be pointed at.
public struct RecipeFile: Sendable {
  public let path: String
  public let recipe: Recipe
  private let tree: YAMLNode

  /// Reads a recipe from a file of at most 1 MiB, with `--set` texts (KEY.SUB=VALUE) laid over it in their order.
  public init(_ path: String, overrides: [String] = []) throws {
    try self.init(text: try File.read(path, limit: 1 << 20), path: path, overrides: overrides)
  }

  /// Reads a recipe from text; `path` is what errors call it.
  public init(text: [UInt8], path: String, overrides: [String] = []) throws(TrainingError) {
    var tree = try YAMLNode(parsing: text, path: path)
    for override in overrides { try tree.set(override) }
    self.path = path
    self.tree = tree
    var recipe = try Recipe(decoding: tree, path: "")
    recipe.forgetCheckpointSizes()
    self.recipe = recipe
    if let problem = recipe.firstProblem { throw error(at: problem.keys, problem.reason) }
  }

  /// Whether the file or a `--set` says something about a key, such as `model.text.hidden`.
  public func states(_ key: String) -> Bool { tree.node(at: key) != nil }

  /// An error about a value, at the first of the keys that was written, or else at the start of the file.
  public func error(at keys: [String], _ reason: String) -> TrainingError {
    let origin = keys.lazy.compactMap { tree.node(at: $0)?.origin }.first
    return .recipe(origin: origin ?? .file(path: path, line: 1, column: 1), reason: reason)
  }

  /// Refuses splits that the data do not have. `counts`: studies of each split that the data name.
  public func checkSplits(_ counts: [String: Int]) throws(TrainingError) {
    for (key, split) in [("data.train", recipe.data.train), ("data.validation", recipe.data.validation)]
    where counts[split, default: 0] == 0 {
      let names = counts.filter { $0.value > 0 }.keys.sorted()
      let mend =
        nearest(to: split, among: names).map { "did you mean \($0)?" }
        ?? (names.isEmpty
          ? "give each of its records a member \"split\""
          : "it has \(names.joined(separator: ", "))")
      throw error(
        at: [key, "data.path"], "\(key) is \(split), but \(recipe.data.path) has no such study; \(mend)")
    }
  }

  /// Refuses a size that was written down and disagrees with the checkpoint that a part comes from.
  public func checkSize(_ key: String, is size: Int, in checkpoint: String) throws(TrainingError) {
    guard let node = tree.node(at: key), node.integer != size else { return }
    throw error(
      at: [key],
      "\(key) is \(node.inline), but \(checkpoint) has \(size); leave the key out, as the checkpoint decides")
  }
}
