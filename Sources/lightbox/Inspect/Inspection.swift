import Console
import Groundwork

/// What was found out about a file or directory, for programs as `facts` and for people as `rows` and what follows them.
struct Inspection {
  /// One object, in the order in which people read it.
  var facts: JSONObject
  var rows: [(name: String, value: String)] = []
  var tables: [Table] = []
  var plots: [LinePlot] = []
  var picture: TerminalPicture?
  /// What could not be found out; it ends the command once the rest has been told.
  var failure: (any Diagnostic)?
  /// Sentences about what is odd.
  var remarks: [String] = []

  init(kind: String) { facts = JSONObject([("kind", .string(kind))]) }

  /// A fact that programs get under `key` and people under `name`; absent values are null, and not shown.
  mutating func add(_ key: String, _ name: String, _ value: JSON?, shown: String? = nil) {
    facts[key] = value ?? .null
    guard let value, !value.isNull else { return }
    rows.append((name, shown ?? Self.text(value)))
  }

  /// Counts under one key, as one table with the most frequent first.
  mutating func add(_ key: String, _ title: String, _ counts: [String: Int], of total: Int) {
    guard !counts.isEmpty else { return }
    let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    facts[key] = .object(JSONObject(ordered.map { ($0.key, .integer($0.value)) }))
    var table = Table(columns: [.init(title), .init("n", .right), .init("%", .right)])
    for (name, count) in ordered {
      table.add(name, "\(count)", (100 * Double(count) / Double(max(1, total))).text(decimals: 1))
    }
    tables.append(table)
  }

  func write(to session: Session) throws {
    var list = Table(columns: [.init(""), .init("")])
    for row in rows { list.add(row.name, row.value) }
    try session.output.write(list.text(on: session.terminal))
    for remark in remarks { try session.say(Style.warning.painted("! ", on: session.terminal) + remark) }
    for table in tables { try session.output.write("\n" + table.text(on: session.terminal)) }
    for plot in plots { try session.output.write("\n" + plot.text(on: session.terminal)) }
    if session.terminal.isInteractive, let picture {
      try session.output.write("\n" + picture.text(on: session.terminal))
    }
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .boolean(let flag): flag ? "yes" : "no"
    case .number(let number): value.integer.map(String.init) ?? number.text(decimals: 4)
    case .array(let elements): elements.map(text).joined(separator: ", ")
    default: value.text()
    }
  }
}
