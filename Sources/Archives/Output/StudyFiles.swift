internal import Groundwork
internal import Imaging
internal import Reports
internal import Studies

/// The files of one report: the report in its forms, the images, and where the model looked on them.
struct StudyFiles {
  /// Name and content, in the order of writing.
  private(set) var files: [(name: String, bytes: [UInt8])] = []
  /// The images with their heat maps, by the names of the files.
  private(set) var pictures: [GalleryPage.Picture] = []
  /// Nil when the model writes no reports.
  private(set) var report: Report?

  /// The longer side of a heat map in pixels; it is smooth, so a page can draw it larger.
  private static let mapSide = 256

  init(_ answer: StudyAnswer, forms: Set<ReportForm>) throws {
    report = answer.report
    var embedded: [GalleryPage.Picture] = []
    for index in answer.study.images.indices {
      let name = index == 0 ? "image.png" : "image-\(index + 1).png"
      let bytes = try answer.study.images[index].radiograph.png()
      files.append((name, bytes))
      var linked = GalleryPage.Picture(.file(name))
      var whole = GalleryPage.Picture(.embedded(bytes))
      for overlay in try overlays(of: index, answer) {
        linked.overlays.append(overlay.linked)
        whole.overlays.append(overlay.embedded)
      }
      pictures.append(linked)
      embedded.append(whole)
    }
    let plain = answer.plain
    for form in ReportForm.allCases where forms.contains(form) || form == .json {
      let text =
        switch form {
        case .json: (report?.json ?? plain.json).text(pretty: true) + "\n"
        case .markdown: report?.markdown() ?? plain.markdown()
        case .html:
          GalleryPage.page(
            of: GalleryPage.Entry(
              report.map { .report($0) } ?? .answer(plain), title: answer.study.archived.place,
              pictures: embedded))
        }
      files.append((form.fileName(ofReport: report != nil), Array(text.utf8)))
    }
  }

  private typealias Overlay = (linked: GalleryPage.Overlay, embedded: GalleryPage.Overlay)

  /// The whole answer's map, then what shows each finding that is there.
  private mutating func overlays(of image: Int, _ answer: StudyAnswer) throws -> [Overlay] {
    var overlays: [Overlay] = []
    let suffix = image == 0 ? ".png" : "-\(image + 1).png"
    if let map = answer.heatMap(of: nil, image: image, limit: Self.mapSide) {
      let name = "answer" + suffix
      let bytes = try map.png()
      files.append((name, bytes))
      overlays.append(
        (.init(findingID: nil, picture: .file(name)), .init(findingID: nil, picture: .embedded(bytes))))
    }
    return overlays
      + (report == nil
        ? try findingOverlays(of: image, answer, suffix) : try itemOverlays(of: image, answer, suffix))
  }

  /// The findings of a plain answer that are not improbable.
  private mutating func findingOverlays(
    of image: Int, _ answer: StudyAnswer, _ suffix: String
  ) throws -> [Overlay] {
    try answer.plain.notableFindings.compactMap { estimate in
      guard let code = FindingCode(rawValue: estimate.name),
        let map = answer.heatMap(of: code, image: image, limit: Self.mapSide)
      else { return nil }
      let bytes = try map.png()
      files.append((code.rawValue + suffix, bytes))
      return (
        .init(findingID: code.rawValue, picture: .file(code.rawValue + suffix)),
        .init(findingID: code.rawValue, picture: .embedded(bytes))
      )
    }
  }

  /// The findings that a report says are there; the report learns the names of their maps.
  private mutating func itemOverlays(
    of image: Int, _ answer: StudyAnswer, _ suffix: String
  ) throws -> [Overlay] {
    guard var report else { return [] }
    var overlays: [Overlay] = []
    let instance =
      report.context.images.indices.contains(image) ? report.context.images[image].instanceUID : ""
    for place in report.findings.indices where report.findings[place].isPositive {
      let item = report.findings[place]
      let evidence = item.evidence.firstIndex { $0.instanceUID == instance }
      let boxes = [evidence.flatMap { item.evidence[$0].box }].compactMap { $0 }.compactMap { box in
        answer.study.images[image].part(of: box)
      }
      var linked = GalleryPage.Overlay(findingID: item.id, boxes: boxes)
      var embedded = linked
      if let map = answer.heatMap(of: item.code, image: image, limit: Self.mapSide) {
        let name = item.id + suffix
        let bytes = try map.png()
        files.append((name, bytes))
        linked.picture = .file(name)
        embedded.picture = .embedded(bytes)
        if let evidence {
          report.findings[place].evidence[evidence].heatmap = name
        } else {
          report.findings[place].evidence.append(
            Report.Evidence(instanceUID: instance, box: nil, heatmap: name))
        }
      }
      if linked.picture != nil || !boxes.isEmpty { overlays.append((linked, embedded)) }
    }
    self.report = report
    return overlays
  }
}

extension GalleryPage.Picture {
  /// As the journal keeps it: file names, findings, and boxes as parts of the picture's sides.
  var json: JSON {
    [
      "file": .string(fileName ?? ""),
      "overlays": .array(
        overlays.map { overlay in
          [
            "finding": overlay.findingID.map(JSON.string) ?? .null,
            "file": overlay.picture?.fileName.map(JSON.string) ?? .null,
            "boxes": .array(
              overlay.boxes.map { box in
                .array([box.x, box.y, box.width, box.height].map { .number(Self.rounded($0)) })
              }),
          ]
        }),
    ]
  }

  private static func rounded(_ part: Double) -> Double { (part * 10000).rounded() / 10000 }

  private var fileName: String? { content.fileName }

  /// A picture of the journal, its files in a directory.
  init(_ json: JSON, in directory: String) {
    func content(_ name: String?) -> GalleryPage.Content? {
      name.map { .file(Path.join(directory, $0)) }
    }
    self.init(content(json["file"]?.string) ?? .file(""))
    overlays = (json["overlays"]?.array ?? []).map { overlay in
      let boxes = (overlay["boxes"]?.array ?? []).compactMap { sides -> PixelBox? in
        let numbers = (sides.array ?? []).compactMap(\.number)
        guard numbers.count == 4 else { return nil }
        return PixelBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
      }
      return GalleryPage.Overlay(
        findingID: overlay["finding"]?.string, picture: content(overlay["file"]?.string), boxes: boxes)
    }
  }
}

extension GalleryPage.Content {
  fileprivate var fileName: String? {
    if case .file(let name) = self { return name }
    return nil
  }
}
