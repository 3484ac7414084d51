import Fusion
import Imaging
import Reports
import Studies
import Tensors

extension StudyInterpreter {
  /// The report of an interpretation: the model's draft, the heads' probabilities, boxes where each finding's query looked.
  /// Nil when the model writes no reports.
  public func report(
    _ interpretation: Interpretation, _ study: EncodedStudy, evidence: Evidence?, context: ReportContext
  ) -> Report? {
    guard let draft = interpretation.draft else { return nil }
    var support = Report.Support()
    for (code, probability) in interpretation.findings { support.probabilities[code] = probability }
    if model.configuration.heads.classSource == .diagnosis {
      for (name, probability) in interpretation.classes { support.diagnoses[name] = probability }
    }
    support.isShortened = interpretation.isShortened
    if let evidence {
      for (index, name) in model.configuration.heads.findings.enumerated() {
        guard let code = FindingCode(rawValue: name), evidence.findings.indices.contains(index) else {
          continue
        }
        let laterality = draft.findings.first { $0.code == code }?.laterality
        support.evidence[code] = boxes(
          evidence.findings[index], side: evidence.side, laterality, study, context)
      }
    }
    return Report(draft: draft, support: support, context: context)
  }

  /// A box in each image around the patches that hold most of a finding's attention, in pixels of the file; none where the
  /// attention points nowhere, or in a frontal image to the other side than the finding is said to be on.
  private func boxes(
    _ maps: [[Float]], side: Int, _ laterality: Laterality?, _ study: EncodedStudy, _ context: ReportContext
  ) -> [Report.Evidence] {
    var found: [Report.Evidence] = []
    for (map, (prepared, facts)) in zip(maps, zip(study.images, context.images)) {
      guard let cells = AttentionBox(map, side: side), cells.isLocal,
        !facts.view.isFrontal || cells.isOn(laterality)
      else { continue }
      let scale = Double(prepared.width) / Double(side)
      let box = Imaging.PixelBox(
        x: Double(cells.columns.lowerBound) * scale, y: Double(cells.rows.lowerBound) * scale,
        width: Double(cells.columns.count) * scale, height: Double(cells.rows.count) * scale)
      guard let inside = prepared.toSource(box).clipped(width: facts.width, height: facts.height) else {
        continue
      }
      found.append(
        Report.Evidence(
          instanceUID: facts.instanceUID,
          box: Studies.PixelBox(
            x: inside.x.rounded(.up), y: inside.y.rounded(.up),
            width: max(1, inside.width.rounded(.down) - 1),
            height: max(1, inside.height.rounded(.down) - 1))))
    }
    return found
  }
}

/// The rectangle of patches around where attention is densest: the strongest patch and those joined to it that have at least
/// half its share.
struct AttentionBox {
  let rows: Range<Int>
  let columns: Range<Int>
  /// Patches in a row of the image.
  let side: Int

  /// Whether it says where something is: it covers less than half of the image.
  var isLocal: Bool { 2 * rows.count * columns.count < side * side }

  /// Whether it reaches into the half that a side is on: the patient's right is on the left of a frontal image.
  func isOn(_ laterality: Laterality?) -> Bool {
    switch laterality {
    case .right: 2 * columns.lowerBound < side
    case .left: 2 * columns.upperBound > side
    default: true
    }
  }

  init?(_ map: [Float], side: Int) {
    guard map.count == side * side, let peak = map.indices.max(by: { map[$0] < map[$1] }), map[peak] > 0
    else {
      return nil
    }
    var seen: Set<Int> = [peak]
    var waiting = [peak]
    var (top, bottom, left, right) = (peak / side, peak / side, peak % side, peak % side)
    while let cell = waiting.popLast() {
      let (row, column) = (cell / side, cell % side)
      (top, bottom) = (min(top, row), max(bottom, row))
      (left, right) = (min(left, column), max(right, column))
      for (nextRow, nextColumn) in [
        (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1),
      ]
      where (0..<side).contains(nextRow) && (0..<side).contains(nextColumn) {
        let next = nextRow * side + nextColumn
        if map[next] >= map[peak] / 2, seen.insert(next).inserted { waiting.append(next) }
      }
    }
    self.side = side
    rows = top..<bottom + 1
    columns = left..<right + 1
  }
}
