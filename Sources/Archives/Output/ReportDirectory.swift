internal import Groundwork
internal import Reports

/// A directory of reports: `reports/KEY/` for each study, the journal, and what is made of it.
struct ReportDirectory {
  let path: String
  let journal: Journal

  init(_ path: String) throws {
    self.path = path
    try File.createDirectory(Path.join(path, "reports"))
    journal = try Journal(in: path)
    try DirectoryReplacement.removeLeftovers(in: Path.join(path, "reports"))
  }

  /// The status of a study with a plain answer.
  static let answered = "answered"

  static func folder(_ key: String) -> String { "reports/\(key)" }

  /// Writes the files of a report, all at once, and then its line in the journal.
  func write(_ answer: StudyAnswer, work: String, forms: Set<ReportForm>) throws {
    let archived = answer.study.archived
    let files = try StudyFiles(answer, forms: forms)
    let folder = Self.folder(archived.key)
    try DirectoryReplacement.write(Path.join(path, folder)) { temporary in
      for file in files.files {
        let writer = try FileWriter(creating: Path.join(temporary, file.name))
        try writer.write(file.bytes)
        try writer.finish()
      }
    }
    try withdrawRefusals(of: archived)
    var line: [(String, JSON)] = [("key", .string(archived.key)), ("work", .string(work))]
    if let report = answer.report {
      line += [
        ("status", .string(report.status.rawValue)), ("urgency", .string(report.urgency.rawValue)),
        ("critical", .array(report.critical.map { .string($0.rule.rawValue) })),
        ("report_uid", .string(report.uid)),
      ]
    } else {
      line += [
        ("status", .string(Self.answered)),
        ("class", answer.plain.classes.first.map { .string($0.name) } ?? .null),
      ]
    }
    let provenance = answer.study.context.provenance
    line += [
      ("source", .string(archived.place)), ("study_uid", .string(archived.studyUID)),
      ("model_sha256", .string(provenance.modelDigest)), ("generated", .string(provenance.generated)),
      ("files", .array(files.files.map { .string(Path.join(folder, $0.name)) })),
      ("pictures", .array(files.pictures.map(\.json))),
    ]
    try journal.append(line, sync: true)
  }

  /// Notes why something gets no report, unless that is known.
  func note(_ refusal: Refusal) throws {
    if let mark = journal.marks[refusal.key], mark.status == "refused", mark.work == refusal.reason.rawValue {
      return
    }
    // A report that was made earlier stays what it is; its study is refused now under a key of its own.
    let hasReport = journal.marks[refusal.key].map {
      $0.status != "refused" && $0.status != Journal.withdrawn
    }
    let key = hasReport == true ? StudyKey.of("now", refusal.key) : refusal.key
    try journal.append(
      [
        ("key", .string(key)), ("work", .string(refusal.reason.rawValue)), ("status", "refused"),
        ("reason", .string(refusal.reason.rawValue)), ("detail", .string(refusal.detail)),
        ("source", .string(refusal.place)),
      ], sync: false)
  }

  /// What was refused earlier and is read now is refused no more.
  private func withdrawRefusals(of archived: ArchiveStudy) throws {
    let images = archived.study.images.map { StudyKey.of("image", archived.key, $0.path) }
    for key in archived.fileKeys + images + [StudyKey.of("now", archived.key)]
    where journal.marks[key]?.status == "refused" {
      try journal.append([("key", .string(key)), ("status", .string(Journal.withdrawn))], sync: false)
    }
  }
}
