import Archives
import Console
import Reports

/// The images of a study side by side on a terminal: the film, and where the model looked on it.
enum StudyPicture {
  private static let widest = 46
  private static let gap = "  "

  /// The images alone.
  static func text(_ study: LoadedStudy, on terminal: Terminal) throws -> String {
    try joined(study.images.prefix(2).map { (image: $0, heat: nil) }, on: terminal)
  }

  /// The first image and its heat map, or those of the first two images.
  static func text(_ answer: StudyAnswer, on terminal: Terminal) throws -> String {
    let images = answer.study.images
    guard let first = images.first, terminal.showsUnicode, terminal.colours >= .indexed else {
      return try text(answer.study, on: terminal)
    }
    let subject = mainFinding(of: answer)
    let maps = images.indices.prefix(2).map { index in
      (image: images[index], heat: answer.heatMap(of: subject?.code, image: index)?.values)
    }
    let pictures = images.count == 1 ? [(image: first, heat: nil)] + maps : maps
    let name = subject.map { "\($0.code.chinese) / \($0.code.english)" } ?? "全部回答 / whole answer"
    return try joined(pictures, on: terminal)
      + Style.faint.painted("热图 / heat map: \(name)", on: terminal) + "\n"
  }

  /// The first finding that the report says is there and that has a map; without one the map is that of the whole answer.
  private static func mainFinding(of answer: StudyAnswer) -> Report.Item? {
    answer.report?.findings.first { item in
      item.isPositive && answer.heatMap(of: item.code, image: 0, limit: 16) != nil
    }
  }

  private static func joined(
    _ pictures: [(image: ShownImage, heat: [Float]?)], on terminal: Terminal
  ) throws -> String {
    guard !pictures.isEmpty else { return "" }
    let room = (terminal.columns - gap.count * (pictures.count - 1)) / pictures.count
    var cell = terminal
    cell.columns = max(8, min(widest, room))
    cell.rows = max(12, min(terminal.rows - 4, 28))
    let columns = try pictures.map { picture in
      let shown = picture.image.radiograph
      return try TerminalPicture(
        width: shown.width, height: shown.height, grey: shown.pixels, heat: picture.heat
      ).text(on: cell).split(separator: "\n")
    }
    let rows = columns.map(\.count).max() ?? 0
    return (0..<rows).map { row in
      columns.map { $0.indices.contains(row) ? String($0[row]) : "" }.joined(separator: gap) + "\n"
    }.joined()
  }
}
