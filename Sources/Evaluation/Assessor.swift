import Fusion
import Groundwork
import Reading
import Reports
import Studies

/// Runs a model over the studies of a split, a batch at a time, so that memory does not depend on their number.
public struct Assessor {
  private let interpreter: StudyInterpreter
  private let provenance: Provenance
  private let batch: Int

  public init(_ interpreter: StudyInterpreter, provenance: Provenance, batch: Int = 64) {
    self.interpreter = interpreter
    self.provenance = provenance
    self.batch = batch
  }

  /// - Parameters:
  ///   - split: nil takes every record.
  ///   - progress: told how many studies are done.
  public func assess(_ path: String, split: String?, progress: (Int) -> Void = { _ in }) throws
    -> ModelAssessment
  {
    var assessment = ModelAssessment(interpreter.model.configuration.heads)
    let reader = try StudyReader(path)
    var waiting: [Study] = []
    while let study = try reader.next() {
      guard split == nil || study.split == split else { continue }
      waiting.append(study)
      if waiting.count == batch {
        try take(waiting, in: reader.directory, into: &assessment)
        progress(assessment.studies)
        waiting = []
      }
    }
    if !waiting.isEmpty { try take(waiting, in: reader.directory, into: &assessment) }
    progress(assessment.studies)
    guard assessment.studies > 0 else {
      throw EvaluationError.emptySplit(path: path, split: split ?? "all")
    }
    return assessment
  }

  private func take(_ studies: [Study], in directory: String, into assessment: inout ModelAssessment) throws {
    let seesImages = interpreter.encoder.pipeline != nil
    let radiographs = try studies.map { seesImages ? try $0.radiographs(in: directory) : [] }
    let encoded = try zip(studies, radiographs).map { try interpreter.encoder.encode($0, radiographs: $1) }
    let interpretations = try interpreter.interpret(encoded)
    for (index, study) in studies.enumerated() {
      let report = interpreter.report(
        interpretations[index], encoded[index], evidence: nil,
        context: try ReportContext(study, radiographs[index], in: directory, provenance: provenance))
      assessment.add(study, encoded[index], interpretations[index], report)
    }
  }
}
