import Archives
import Console
import Groundwork
import Reading
import Tensors

private let model = Parameter.operand("MODEL", "a model directory", .path)
private let archive = Parameter.operand("SOURCE", "a directory, an image, or study records (JSONL)", .path)
private let output = Parameter.required("output", "DIR", "where the reports go", .directory)
private let forms = Parameter.repeated(
  "format", ReportForm.allCases.map(\.rawValue).joined(separator: "|"),
  "how reports are written; all of them without; report.json is always there",
  .word(among: ReportForm.allCases.map(\.rawValue)))
private let limit = Parameter.option("limit", "N", "at most N new reports", .integer(1...))
private let assumed = Parameter.option(
  "assume-complaint", "TEXT", "the complaint of studies that name none", .text)
private let split = Parameter.option("split", "NAME", "only the study records of a split", .text)
private let atOnce = Parameter.option(
  "at-once", "N", "studies that are reported on at the same time", .integer(1...1024), default: 16)
private let anyImage = Parameter.flag(
  "any-image", "reads images of any modality and body part, which the model was not trained on")

extension Command {
  static let report = Command(
    "report", "writes a structured report for each study of an archive",
    discussion: """
      SOURCE is walked in a fixed order; DICOM, PNG and JPEG files are known by their content. DICOM files of one study are \
      reported on together. A complaint is taken from NAME.txt beside an image, from the DICOM attributes, from \
      complaint.txt in its directory, or from --assume-complaint. What is no plain chest radiograph is refused with its \
      reason, and nothing stops the run.

      DIR/index.html shows the reports with the images and where the model looked; DIR/index.jsonl has a line for each study \
      and each refusal. A run that was killed goes on where it stopped when it is started again with the same DIR. Studies \
      that have their report are passed over; another model, or other images or words, make a new report in place of the \
      old one. Patients appear under pseudonyms; DIR/pseudonyms.salt must not be handed on with the reports.
      """,
    takes: [
      model, archive, output, forms, limit, assumed, split, anyImage, atOnce, WeightStorage.parameter,
      CommonOption.json, CommonOption.quiet,
    ],
    examples: [
      .init("lightbox report runs/demo/best archive -o reports", "A whole archive, or what is new in it:"),
      .init(
        "lightbox report runs/demo/best runs/phantoms/studies.jsonl --split test -o reports",
        "The test studies of a data set:"),
      .init(
        "lightbox report model film.png --assume-complaint '咳嗽三天' --format markdown -o reports", "One film:"),
    ],
    run: reportOnArchive)
}

private func reportOnArchive(_ arguments: Arguments, _ session: Session) throws {
  let path = try arguments[archive]
  let directory = try arguments[output]
  let isRecords = File.kind(of: path) == .regular && Path.fileExtension(of: path) == "jsonl"
  if try arguments[split] != nil, !isRecords {
    throw ConsoleError.contradiction("--split goes with study records; give a studies.jsonl as SOURCE")
  }
  guard File.kind(of: path) != nil else { throw ArchivesError.noSource(path: path) }
  let interpreter = try StudyInterpreter.load(
    try arguments[model], weights: WeightStorage.chosen(arguments), on: Device.cpu())
  interpreter.places = try arguments[atOnce]
  let provenance = try ModelIdentity(directory: try arguments[model]).provenance(
    interpreter.model.configuration.calibration,
    software: "lightbox \(Lightbox.version), \(Lightbox.modelName(try arguments[model]))")
  var options = ReportRun.Options()
  let chosen = try arguments[forms].compactMap(ReportForm.init)
  if !chosen.isEmpty { options.forms = Set(chosen + [.json]) }
  options.limit = try arguments[limit]
  options.batch = 2 * interpreter.places
  let run = try ReportRun(interpreter, provenance: provenance, into: directory, options: options)
  if isRecords {
    var source = try RecordSource(
      path, split: try arguments[split], assumedComplaint: try arguments[assumed])
    try work(off: &source, path, run, arguments, session)
  } else {
    var options = FolderSource.Options()
    options.takesAnyImage = try arguments[anyImage]
    options.assumedComplaint = try arguments[assumed]
    options.excluded = directory
    var source = try FolderSource(path, pseudonyms: ReportRun.pseudonyms(in: directory), options: options)
    try work(off: &source, path, run, arguments, session)
  }
}

private func work(
  off source: inout some StudySource, _ path: String, _ run: ReportRun, _ arguments: Arguments,
  _ session: Session
) throws {
  let progress = Progress(
    ProgressState("reporting", .things(source.unit), total: source.total), in: session,
    quiet: try arguments[CommonOption.quiet])
  let unit = source.unit
  let start = monotonicSeconds()
  let summary = try run.run(&source) { summary in
    let rate = Double(summary.written) / max(0.001, monotonicSeconds() - start)
    var values = [
      ProgressState.Value("reports", "\(summary.written)"),
      ProgressState.Value("refused", "\(summary.refusals)"),
    ]
    if unit != "studies" { values.append(.init("reports/s", rate.text(decimals: 2))) }
    progress.update(completed: summary.looked, values: values)
  }
  progress.finish()
  if try arguments[CommonOption.json] {
    var answer = summary.json.object ?? JSONObject()
    answer["gallery"] = .string(run.galleryPath)
    try session.answer(.object(answer))
  } else {
    try session.output.write(RunTable.text(summary, on: session.terminal))
    try session.say(run.galleryPath)
  }
  if summary.written == 0, summary.present == 0 {
    throw ArchivesError.nothingRead(source: path, refused: summary.refusals)
  }
}
