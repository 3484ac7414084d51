public import Imaging
internal import Studies

extension GalleryPage {
  /// A picture of a page.
  public enum Content: Sendable, Equatable {
    /// PNG, which becomes part of the page.
    case embedded([UInt8])
    /// A file, relative to the page.
    case file(String)

    /// For the attribute `src`.
    var source: String {
      switch self {
      case .embedded(let bytes): HTMLText.picture(bytes)
      case .file(let path): HTMLText.escaped(HTMLText.address(path))
      }
    }
  }

  /// A radiograph with what can be laid over it.
  public struct Picture: Sendable {
    public var content: Content
    public var overlays: [Overlay]

    public init(_ content: Content, overlays: [Overlay] = []) {
      self.content = content
      self.overlays = overlays
    }
  }

  /// What shows where a finding is, or where the model looked for the whole answer.
  public struct Overlay: Sendable {
    /// As in "f1" of a report, or the code of a finding of a plain answer; nil: the whole answer.
    public var findingID: String?
    /// A heat map with transparency, of the picture's proportions.
    public var picture: Content?
    /// Boxes as parts of the picture's width and height.
    public var boxes: [PixelBox]

    public init(findingID: String?, picture: Content? = nil, boxes: [PixelBox] = []) {
      self.findingID = findingID
      self.picture = picture
      self.boxes = boxes
    }
  }
}

extension GalleryPage.Picture {
  /// The picture with a switch for each overlay.
  func html(of entry: GalleryPage.Entry, number: Int, place: Int) -> String {
    let lazy = place > 0 || number > 1 ? " loading=lazy" : ""
    var layers = "<img src=\"\(content.source)\" alt=\"\(HTMLText.escaped(entry.title))\"\(lazy)>\n"
    var switches = ""
    for overlay in overlays {
      guard let name = entry.name(of: overlay.findingID) else { continue }
      let id = "e\(number)-\(overlay.findingID ?? "answer")" + (place > 0 ? "-\(place + 1)" : "")
      let map = overlay.picture.map { "<img src=\"\($0.source)\" alt=\"\"\(lazy)>" } ?? ""
      layers +=
        "<input type=checkbox class=hidden id=\(id)><div class=overlay>\(map)\(overlay.boxesHTML)</div>\n"
      let mark = overlay.findingID.flatMap { FindingCode(rawValue: $0) == nil ? $0 + " " : nil } ?? ""
      switches += "<label for=\(id)>\(mark)\(HTMLText.words(name))</label>\n"
    }
    let caption =
      switches.isEmpty
      ? HTMLText.words(ReportWords.noOverlay) : HTMLText.words(ReportWords.overlay) + ": " + switches
    return HTMLText.element(
      "figure", "", HTMLText.element("div", "stack", layers) + HTMLText.element("figcaption", "", caption))
  }
}

extension GalleryPage.Overlay {
  fileprivate var boxesHTML: String {
    boxes.map { box in
      "<i style=\"left:\(HTMLText.percent(box.x));top:\(HTMLText.percent(box.y));"
        + "width:\(HTMLText.percent(box.width));height:\(HTMLText.percent(box.height))\"></i>"
    }.joined()
  }
}

extension GalleryPage.Entry {
  var pageTitle: BilingualText {
    if case .answer = content { return ReportWords.answerTitle }
    return ReportWords.title
  }

  /// Of a report.
  var urgency: String {
    if case .report(let report) = content { return report.urgency.rawValue }
    return ""
  }

  var htmlFragment: String {
    switch content {
    case .report(let report): report.htmlFragment()
    case .answer(let answer): answer.htmlFragment()
    }
  }

  /// What the switch of an overlay says; nil for a finding that the report has not.
  fileprivate func name(of findingID: String?) -> BilingualText? {
    guard let findingID else { return ReportWords.wholeAnswer }
    switch content {
    case .report(let report):
      return report.findings.first { $0.id == findingID }.map { ReportWords.name(of: $0.code) }
    case .answer: return ReportWords.name(ofFinding: findingID)
    }
  }
}
