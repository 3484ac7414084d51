import Archives
import Console
import Groundwork
import Reading
import Reports
import Studies
import Tensors

private let model = Parameter.operand("MODEL", "a model directory", .path)
private let images = Parameter.operands("IMAGE", "the radiographs of one study", .path)
private let complaint = Parameter.option("complaint", "TEXT", "what brings the patient", .text)
private let age = Parameter.option("age", "YEARS", "the patient's age", .number(0...150))
private let sex = Parameter.option("sex", "M|F", "the patient's sex", .word(among: ["M", "F", "O"]))
private let language = Parameter.option(
  "language", "zh|en|both", "the language of the answer",
  .word(among: ReportLanguage.allCases.map(\.rawValue)), default: ReportLanguage.both.rawValue)
private let anyImage = Parameter.flag(
  "any-image", "takes images of any modality and body part, which the model was not trained on")

extension Command {
  static let ask = Command(
    "ask", "answers a clinician about one study: image and complaint",
    discussion: """
      On a terminal the film is shown with where the model looked, then the report, and another complaint can be typed for \
      the same study; an empty line ends. Otherwise there is one answer on standard output; without --complaint the \
      complaint is read from standard input, or from the DICOM attributes when that is empty. An answer without an image says \
      that none was seen.
      """,
    takes: [
      model, images, complaint, age, sex, language, anyImage, WeightStorage.parameter, CommonOption.json,
      CommonOption.quiet,
    ],
    examples: [
      .init("lightbox ask runs/demo/best chest.dcm", "A film on the light box, at a terminal:"),
      .init(
        "lightbox ask runs/demo/best pa.png lateral.png --complaint '咳嗽、发热三天' --age 56 --sex M --json",
        "One answer for a program:"),
    ],
    run: askAboutStudy)
}

private func askAboutStudy(_ arguments: Arguments, _ session: Session) throws {
  let directory = try arguments[model]
  let interpreter = try StudyInterpreter.load(
    directory, weights: WeightStorage.chosen(arguments), on: Device.cpu())
  let provenance = try ModelIdentity(directory: directory).provenance(
    interpreter.model.configuration.calibration,
    software: "lightbox \(Lightbox.version), \(Lightbox.modelName(directory))")
  var study = try ArchiveStudy.of(try arguments[images], takesAnyImage: try arguments[anyImage])
  if let years = try arguments[age] { study.study.ageYears = years }
  if let stated = try arguments[sex] { study.study.sex = Sex(rawValue: stated) }
  var consultation = Consultation(
    interpreter: interpreter, provenance: provenance,
    language: ReportLanguage(rawValue: try arguments[language]) ?? .both, session: session, study: study)
  consultation.isQuiet = try arguments[CommonOption.quiet]
  consultation.answersJSON = try arguments[CommonOption.json]
  let isTyping = Terminal(descriptor: 0).isInteractive
  if isTyping, session.terminal.isInteractive, !consultation.answersJSON {
    return try consultation.converse(try arguments[complaint])
  }
  var words = try arguments[complaint]
  if words == nil, !isTyping {
    var input = InputStream()
    let text = try input.readAll().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    words = text.isEmpty ? nil : text
  }
  guard words != nil || study.study.complaint != nil || !study.study.images.isEmpty else {
    throw ConsoleError.contradiction("lightbox ask needs an IMAGE or a --complaint TEXT to answer on")
  }
  try consultation.answer(words)
}

extension Lightbox {
  /// A model by the name of its directory; a checkpoint of a run also by that of the run.
  static func modelName(_ directory: String) -> String {
    let name = Path.name(of: directory)
    let run = Path.name(of: Path.parent(of: directory))
    let isCheckpoint = name == "best" || name == "last" || name.hasPrefix("step-")
    return isCheckpoint && !run.isEmpty ? "\(run)/\(name)" : name
  }
}
