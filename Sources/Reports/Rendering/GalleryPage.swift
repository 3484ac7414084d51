public import Groundwork
public import Studies

/// A page of reports with their pictures in one HTML file without a script: pictures lie inside it or in files beside it. It
/// follows the reader's light or dark scheme; Chinese, English or both are chosen at its top.
///
/// Entries are written as they come, in the memory of one; the file appears under its name when `finish` is called.
public final class GalleryPage {
  /// A study of the gallery.
  public struct Entry: Sendable {
    public enum Content: Sendable {
      case report(Report)
      case answer(PlainAnswer)
    }

    public var content: Content
    /// Shown above the report, as in the id of the study.
    public var title: String
    /// The radiographs, the first first.
    public var pictures: [Picture]
    /// The files of the report, relative to the page.
    public var links: [(text: String, file: String)]

    public init(
      report: Report, title: String, pictures: [Picture] = [], links: [(text: String, file: String)] = []
    ) {
      self.init(.report(report), title: title, pictures: pictures, links: links)
    }

    public init(
      _ content: Content, title: String, pictures: [Picture] = [], links: [(text: String, file: String)] = []
    ) {
      self.content = content
      self.title = title
      self.pictures = pictures
      self.links = links
    }
  }

  public let path: String
  /// Entries so far.
  public private(set) var count = 0
  private let partial: String
  private let file: FileWriter

  /// Starts a page. Throws `FileError`.
  ///
  /// - Parameters:
  ///   - links: the pages of a gallery of several, of which this one is at `current`.
  public init(
    _ path: String, title: BilingualText = BilingualText("阅片报告", "Reports"), language: ReportLanguage = .both,
    links: [(text: String, file: String)] = [], current: Int = 0
  ) throws(FileError) {
    self.path = path
    partial = path + ".partial"
    file = try FileWriter(creating: partial)
    try file.write(Self.head(title, language, links: Self.html(of: links, current: current)))
  }

  public func add(_ entry: Entry) throws(FileError) {
    count += 1
    try file.write(Self.html(of: entry, number: count))
  }

  /// Ends the page and makes it durable under its name.
  public func finish() throws(FileError) {
    try file.write("</main>\n</body>\n</html>\n")
    try file.finish()
    try File.move(partial, to: path)
  }

  /// One report as a page of its own.
  public static func page(of entry: Entry, language: ReportLanguage = .both) -> String {
    head(entry.pageTitle, language) + html(of: entry, number: 1) + "</main>\n</body>\n</html>\n"
  }
}

extension GalleryPage {
  private static func html(of links: [(text: String, file: String)], current: Int? = nil) -> String {
    let items = links.enumerated().map { place, link in
      place == current
        ? "<b>\(HTMLText.escaped(link.text))</b>\n"
        : "<a href=\"\(HTMLText.escaped(HTMLText.address(link.file)))\">\(HTMLText.escaped(link.text))</a>\n"
    }
    return items.isEmpty ? "" : HTMLText.element("nav", "links", items.joined())
  }

  private static func head(
    _ title: BilingualText, _ language: ReportLanguage, links: String = ""
  ) -> String {
    let choices: [(ReportLanguage, String)] = [
      (.both, "中文 + English"), (.chinese, "中文"), (.english, "English"),
    ]
    let inputs = choices.map { choice, _ in
      "<input type=radio name=language class=hidden id=show-\(choice.rawValue)"
        + (choice == language ? " checked>\n" : ">\n")
    }
    let labels = choices.map { "<label for=show-\($0.0.rawValue)>\($0.1)</label>\n" }
    return """
      <!DOCTYPE html>
      <html lang=zh-Hans>
      <head>
      <meta charset=utf-8>
      <meta name=viewport content="width=device-width, initial-scale=1">
      <meta name=color-scheme content="light dark">
      <meta http-equiv=Content-Security-Policy content="default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'">
      <title>\(HTMLText.escaped(ReportLanguage.both.word(title)))</title>
      <style>
      \(style)</style>
      </head>
      <body>
      \(inputs.joined())<header><h1>\(HTMLText.words(title))</h1>
      <nav>\(labels.joined())</nav>\(links)</header>
      <main>

      """
  }

  private static func html(of entry: Entry, number: Int) -> String {
    let title =
      HTMLText.element("h2", "", HTMLText.escaped(entry.title)) + html(of: entry.links)
    let figures = entry.pictures.enumerated().map { $1.html(of: entry, number: number, place: $0) }.joined()
    let classes = "entry " + entry.urgency + (figures.isEmpty ? " bare" : "")
    return HTMLText.element(
      "article", classes,
      title + (figures.isEmpty ? "" : HTMLText.element("div", "figures", figures))
        + HTMLText.element("div", "report", entry.htmlFragment))
  }

  private static let style = """
    :root { --paper: #fbfbfa; --ink: #1b1d1f; --soft: #6a7076; --line: #d9dcdf; --card: #fff; --alarm: #b3261e;
      --accent: #0b6e8a; }
    @media (prefers-color-scheme: dark) { :root { --paper: #101214; --ink: #e6e8ea; --soft: #98a0a8; --line: #2c3238;
      --card: #181b1e; --alarm: #ff8a80; --accent: #6cc5df; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
    header, main { max-width: 78rem; margin: 0 auto; padding: 1rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: baseline; justify-content: space-between; }
    h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; grid-column: 1 / -1; margin: 0; }
    h3 { font-size: .95rem; margin: 1.1rem 0 .3rem; color: var(--accent); }
    .zh + .en::before { content: " / "; color: var(--soft); }
    li > .zh, p > .zh, dd > .zh { display: block; } li > .zh + .en, p > .zh + .en, dd > .zh + .en { display: block; }
    li > .zh + .en::before, p > .zh + .en::before, dd > .zh + .en::before { content: none; }
    #show-zh:checked ~ * .en, #show-en:checked ~ * .zh { display: none; }
    #show-en:checked ~ * .zh + .en::before { content: none; }
    label { cursor: pointer; color: var(--accent); margin-right: .8rem; white-space: nowrap; }
    label:hover { text-decoration: underline; }
    .hidden { position: absolute; opacity: 0; pointer-events: none; }
    .hidden:focus-visible + .overlay { outline: 2px solid var(--accent); }
    .entry { display: grid; grid-template-columns: minmax(16rem, 2fr) 3fr; gap: 1rem 1.5rem; background: var(--card);
      border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin-bottom: 1.5rem; }
    .entry.bare { grid-template-columns: 1fr; } .entry.critical { border-color: var(--alarm); }
    @media (max-width: 56rem) { .entry { grid-template-columns: 1fr; } }
    a { color: var(--accent); } .links { font-size: .85rem; grid-column: 1 / -1; } .links > * { margin-right: .6rem; }
    .report { min-width: 0; } .figures { min-width: 0; }
    @media (min-width: 56rem) { .figures { position: sticky; top: 1rem; align-self: start; } }
     figure { margin: 0; } figcaption { font-size: .85rem; margin: .5rem 0 1rem; }
    .stack { position: relative; background: #000; line-height: 0; } .stack img { width: 100%; }
    .overlay { position: absolute; inset: 0; visibility: hidden; } .overlay img { height: 100%; opacity: .9; }
    .overlay i { position: absolute; border: 2px solid #ffb300; }
    input:checked + .overlay { visibility: visible; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
    dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
    ol, ul { margin: .3rem 0; padding-left: 1.4rem; }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .88rem; width: 100%; }
    th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line);
      vertical-align: top; }
    th { font-weight: 600; color: var(--soft); } tr.absent, tr.not_assessed { color: var(--soft); }
    tr.critical td { color: var(--alarm); font-weight: 600; } meter { width: 4rem; }
    .alarm { border-left: 4px solid var(--alarm); padding-left: .8rem; color: var(--alarm); font-weight: 600; }
    .alarm h3 { color: inherit; margin-top: 0; } .small, details { font-size: .85rem; color: var(--soft); }
    summary { cursor: pointer; } .notice { border-top: 1px solid var(--line); padding-top: .6rem; font-weight: 600; }
    @media print { nav, figcaption { display: none; } .entry { break-inside: avoid; } }

    """
}
