public import Fusion
public import Reading
public import Reports
public import Studies

/// What a model says about a study, and where it looked.
public struct StudyAnswer: Sendable {
  public internal(set) var study: LoadedStudy
  public let interpretation: Interpretation
  /// Nil when the model writes no reports.
  public internal(set) var report: Report?
  public let evidence: Evidence?
  /// The findings of the model's head, in the order of the evidence.
  public let findingNames: [String]

  /// Sets when the answer was made.
  public mutating func stamp(_ moment: String) {
    study.context.provenance.generated = moment
    report?.context.provenance.generated = moment
  }

  /// The answer without the form of a report.
  public var plain: PlainAnswer {
    PlainAnswer(
      context: study.context, text: interpretation.text,
      isComplete: interpretation.isComplete || interpretation.text.isEmpty,
      findings: interpretation.findings.map { .init($0.code.rawValue, $0.probability) },
      classes: interpretation.classes.map { .init($0.name, $0.probability) })
  }

  /// Where the model looked on an image of the study: for a finding, or for the whole answer.
  public func heatMap(of finding: FindingCode?, image: Int, limit: Int = ShownImage.sideLimit) -> HeatMap? {
    guard let evidence, study.images.indices.contains(image) else { return nil }
    let maps: [[Float]]
    if let finding {
      guard let index = findingNames.firstIndex(of: finding.rawValue),
        evidence.findings.indices.contains(index)
      else { return nil }
      maps = evidence.findings[index]
    } else {
      maps = evidence.answer
    }
    return HeatMap(maps, of: image, side: evidence.side, over: study.images[image], limit: limit)
  }
}

extension StudyInterpreter {
  /// Answers for several studies.
  ///
  /// - Parameter onText: called with (study, text) as words are written; false stops.
  public func answers(
    for studies: [LoadedStudy], onText: ((Int, String) throws -> Bool)? = nil
  ) throws -> [StudyAnswer] {
    guard !studies.isEmpty else { return [] }
    let interpretations = try interpret(studies.map(\.encoded), onText: onText)
    return try zip(studies, interpretations).map { study, interpretation in
      let looks = try evidence(study.encoded, interpretation)
      return StudyAnswer(
        study: study, interpretation: interpretation,
        report: report(interpretation, study.encoded, evidence: looks, context: study.context),
        evidence: looks, findingNames: model.configuration.heads.findings)
    }
  }
}
