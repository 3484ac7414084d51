internal import Groundwork
internal import Reports
internal import Studies

/// What a directory of reports holds, made of its journal: `index.jsonl`, a line for each study or refusal, and `index.html`,
/// the gallery.
struct ArchiveIndex {
  let directory: ReportDirectory
  /// Studies on a page of the gallery.
  var pageSize = 50

  static let linesFile = "index.jsonl"
  static let galleryFile = "index.html"

  /// The statuses and urgencies in the order of the gallery.
  private static let order: [(status: String, urgency: String?)] = [
    ("preliminary", "critical"), ("preliminary", "urgent"), ("preliminary", "routine"), ("rejected", nil),
    ("abstained", nil), (ReportDirectory.answered, nil),
  ]

  func write() throws {
    try writeLines()
    try writeGallery()
  }

  /// In the order of the work. What only this program needs is left out.
  private func writeLines() throws {
    let path = Path.join(directory.path, Self.linesFile)
    let partial = path + ".partial"
    let file = try FileWriter(creating: partial)
    var pending = ""
    try directory.journal.forEachLatest { line in
      var line = line
      line["work"] = nil
      pending += JSON.object(line).text() + "\n"
      if pending.utf8.count > 1 << 16 {
        try file.write(pending)
        pending = ""
      }
    }
    try file.write(pending)
    try file.finish()
    try File.move(partial, to: path)
  }

  /// The critical studies first; pages of a size that a browser shows at once.
  private func writeGallery() throws {
    let count = directory.journal.marks.values.filter { mark in
      Self.order.contains { $0.status == mark.status }
    }.count
    let pages = max(1, (count + pageSize - 1) / pageSize)
    var number = 1
    var page = try start(number, of: pages)
    for group in Self.order {
      try directory.journal.forEachLatest { line in
        guard line["status"]?.string == group.status,
          group.urgency == nil || line["urgency"]?.string == group.urgency,
          let entry = entry(line)
        else { return }
        if page.count == pageSize {
          try page.finish()
          number += 1
          page = try start(number, of: pages)
        }
        try page.add(entry)
      }
    }
    try page.finish()
    try removePages(after: number)
  }

  private func start(_ number: Int, of pages: Int) throws -> GalleryPage {
    let title =
      pages == 1
      ? BilingualText("阅片报告", "Reports")
      : BilingualText("阅片报告 \(number)/\(pages)", "Reports \(number)/\(pages)")
    let links = pages == 1 ? [] : (1...pages).map { (text: "\($0)", file: Self.pageFile($0)) }
    return try GalleryPage(
      Path.join(directory.path, Self.pageFile(number)), title: title, links: links, current: number - 1)
  }

  private static func pageFile(_ number: Int) -> String {
    number == 1 ? galleryFile : "index-\(number).html"
  }

  /// Nil for a report that somebody took away or changed; the index still names it.
  private func entry(_ line: JSONObject) -> GalleryPage.Entry? {
    guard let key = line["key"]?.string else { return nil }
    let folder = ReportDirectory.folder(key)
    let isReport = line["status"]?.string != ReportDirectory.answered
    let path = Path.join(directory.path, Path.join(folder, ReportForm.json.fileName(ofReport: isReport)))
    guard let bytes = try? File.read(path), let json = try? JSON(parsing: bytes),
      let content = Self.content(json, isReport: isReport)
    else { return nil }
    let pictures = (line["pictures"]?.array ?? []).map { GalleryPage.Picture($0, in: folder) }
    let names = (line["files"]?.array ?? []).compactMap(\.string)
    let links = ReportForm.allCases.compactMap { form in
      names.first { $0.hasSuffix("/" + form.fileName(ofReport: isReport)) }.map {
        (text: Path.name(of: $0), file: $0)
      }
    }
    return GalleryPage.Entry(
      content, title: line["source"]?.string ?? key, pictures: pictures, links: links)
  }

  private static func content(_ json: JSON, isReport: Bool) -> GalleryPage.Entry.Content? {
    if isReport { return (try? Report(parsing: json)).map { .report($0) } }
    return PlainAnswer(parsing: json).map { .answer($0) }
  }

  /// A gallery that has become shorter leaves no old pages.
  private func removePages(after number: Int) throws {
    var next = number + 1
    while File.kind(of: Path.join(directory.path, Self.pageFile(next))) == .regular {
      try File.remove(Path.join(directory.path, Self.pageFile(next)))
      next += 1
    }
  }
}
