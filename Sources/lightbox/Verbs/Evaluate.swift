import Console
import Evaluation
import Groundwork
import Reading
import Tensors

private let model = Parameter.operand("MODEL", "a model directory", .path)
private let data = Parameter.operand("DATA", "study records (studies.jsonl)", .path)
private let split = Parameter.option(
  "split", "NAME", "the split to measure; all for every record", .text, default: "test")
private let atOnce = Parameter.option(
  "at-once", "N", "studies that are reported on at the same time", .integer(1...1024), default: 16)
private let quiet = Parameter.flag("quiet", "no progress")
private let asJSON = Parameter.flag("json", "one JSON object")

extension Command {
  static let evaluate = Command(
    "evaluate", "measures a model on studies that it did not learn from",
    discussion: """
      Findings and classes are measured on the heads' scores; the report's findings and its first diagnosis on the reports \
      that the model writes for the studies.
      """,
    takes: [model, data, split, atOnce, WeightStorage.parameter, quiet, asJSON],
    examples: [
      .init(
        "lightbox evaluate runs/demo/best runs/phantoms/studies.jsonl --split test", "The unseen studies:")
    ],
    run: evaluateModel)
}

private func evaluateModel(_ arguments: Arguments, _ session: Session) throws {
  let directory = try arguments[model]
  let interpreter = try StudyInterpreter.load(
    directory, weights: WeightStorage.chosen(arguments), on: Device.cpu())
  interpreter.places = try arguments[atOnce]
  let provenance = try ModelIdentity(directory: directory).provenance(
    interpreter.model.configuration.calibration, software: "lightbox \(Lightbox.version)")
  let name = try arguments[split]
  let progress = Progress(
    ProgressState("evaluating", .things("studies"), total: nil), in: session, quiet: try arguments[quiet])
  let assessment = try Assessor(interpreter, provenance: provenance, batch: 4 * interpreter.places).assess(
    try arguments[data], split: name == "all" ? nil : name, progress: { progress.update(completed: $0) })
  progress.finish()
  if try arguments[asJSON] { return try session.answer(assessment.json) }
  for line in AssessmentTable.text(assessment, on: session.terminal) { try session.say(line) }
}
