import Console
import Groundwork

extension Inspection {
  /// A training run: how far it came, its latest numbers, and the curves of its losses.
  static func run(_ path: String) throws -> Inspection {
    var inspection = Inspection(kind: "run")
    inspection.add("path", "directory", .string(path))
    let metrics = Path.join(path, "metrics.jsonl")
    var series = MetricSeries()
    if File.kind(of: metrics) == .regular {
      let lines = try LineReader(metrics)
      while let line = try lines.next() {
        if line.isEmpty { continue }
        do {
          series.add(try JSON(parsing: line))
        } catch {
          // A run that goes on may be writing its last line.
          if try lines.next() == nil { break }
          throw InspectionError.metrics(path: metrics, line: lines.lineNumber - 1, reason: error.sentence)
        }
      }
    }
    inspection.add("step", "step", series.lastStep.map(JSON.integer))
    inspection.add("records", "lines of metrics", .integer(series.records))
    let checkpoints = Path.join(path, "checkpoints")
    let steps =
      File.kind(of: checkpoints) == .directory
      ? try File.list(checkpoints).filter { $0.hasPrefix("step-") } : []
    inspection.add("checkpoints", "checkpoints", .array(steps.map(JSON.string)))
    for name in ["best", "last"] where File.kind(of: Path.join(path, name)) == .directory {
      inspection.add(name, name, .string(Path.join(path, name)))
    }
    inspection.facts["metrics"] = .object(
      JSONObject(
        series.names.map { name in
          let values = series.values[name] ?? []
          return (
            name,
            [
              "first": values.first.map(JSON.number) ?? .null, "last": values.last.map(JSON.number) ?? .null,
              "minimum": values.min().map(JSON.number) ?? .null,
              "maximum": values.max().map(JSON.number) ?? .null,
              "count": .integer(values.count),
            ]
          )
        }))
    inspection.tables.append(series.table)
    inspection.plots = series.names.filter { $0.contains("loss") }.prefix(4).map {
      LinePlot($0, series.values[$0] ?? [])
    }
    return inspection
  }
}

/// The numbers that a run logged, by name.
private struct MetricSeries {
  private(set) var names: [String] = []
  private(set) var values: [String: [Double]] = [:]
  private(set) var records = 0
  private(set) var lastStep: Int?

  mutating func add(_ record: JSON) {
    records += 1
    if let step = record["step"]?.integer { lastStep = max(lastStep ?? step, step) }
    // Steps and evaluations have a loss each.
    let kind = record["kind"]?.string ?? "train"
    let prefix = kind == "train" ? "" : kind + "."
    for (key, value) in record.object ?? JSONObject() where key != "step" {
      guard let number = value.number else { continue }
      let name = prefix + key
      if values[name] == nil { names.append(name) }
      values[name, default: []].append(number)
    }
  }

  var table: Table {
    var table = Table(columns: [
      .init("metric"), .init("first", .right), .init("last", .right), .init("course"),
    ])
    for name in names {
      let all = values[name] ?? []
      table.add(
        name, all.first.map { $0.text(decimals: 4) } ?? "", all.last.map { $0.text(decimals: 4) } ?? "",
        Sparkline.text(all, columns: 24))
    }
    return table
  }
}
