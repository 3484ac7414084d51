extension Recipe {
  /// Every key with its default, what it may be, and what it decides: the table behind `lightbox train --help`.
  public static var reference: String {
    let rows = Recipe().referenceRows(path: "")
    let keyWidth = rows.map(\.path.count).max() ?? 0
    let valueWidth = rows.map(\.initial.count).max() ?? 0
    return rows.map { row in
      padded(row.path, keyWidth) + "  " + padded(row.initial, valueWidth) + "  \(row.meaning) (\(row.form))\n"
    }.joined()
  }

  /// The keys that differ between two recipes, in the order of writing.
  public func differences(from other: Recipe) -> [String] {
    zip(referenceRows(path: ""), other.referenceRows(path: ""))
      .filter { $0.initial != $1.initial }.map(\.0.path)
  }

  /// The keys that differ and would make a resumed run another run; what only says how it is done may change.
  public func conflicts(resuming other: Recipe) -> [String] {
    differences(from: other).filter { key in
      !["data.workers", "data.ahead", "training.log_every", "evaluation.patience"].contains(key)
        && !key.hasPrefix("checkpoints.") && key != "name"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
