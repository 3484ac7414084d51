import Archives
import Console
import Groundwork
import Reading
import Reports
import Studies

/// Asks a model about one study, once or, on a terminal, as often as the clinician likes.
struct Consultation {
  let interpreter: StudyInterpreter
  let provenance: Provenance
  let language: ReportLanguage
  let session: Session
  var study: ArchiveStudy
  /// Progress and remarks are left out.
  var isQuiet = false
  var answersJSON = false

  /// One answer on standard output.
  func answer(_ complaint: String?) throws {
    let loaded = try load(complaint)
    var line = WritingLine(session, language: language)
    let writesText = interpreter.model.configuration.task.answer == .text
    let streams = writesText && session.terminal.isInteractive && !answersJSON
    var isAtStart = true
    let answers = try interpreter.answers(for: [loaded]) { _, piece in
      if streams {
        // A model that has nothing to say before its words begins with a space.
        let shown = isAtStart ? String(piece.drop(while: \.isWhitespace)) : piece
        isAtStart = isAtStart && shown.isEmpty
        try session.output.write(DisplayWidth.printable(shown))
        try session.output.flush()
      } else if !isQuiet {
        try line.add(piece)
      }
      return true
    }
    try line.finish()
    if streams { try session.say("") }
    guard var answer = answers.first else { return }
    answer.stamp(UTCTime.now())
    try tell(answer, wordsAreShown: streams)
  }

  /// Shows the study, then answers one complaint after the other until an empty line or the end of the input.
  func converse(_ first: String?) throws {
    let model = "\(provenance.software)  \(provenance.modelDigest.prefix(12))"
    try session.say(Style.strong.painted(model, on: session.terminal))
    let calibration = language.word(provenance.calibration.words)
    try session.say(language.word(BilingualText("校准", "Calibration")) + ": " + calibration)
    try session.say(language.lines(Report.notice).joined(separator: "\n"))
    var input = InputStream()
    var complaint = first
    if complaint == nil { try session.output.write(StudyPicture.text(load(nil), on: session.terminal)) }
    while true {
      if let words = complaint {
        try answer(words)
        complaint = nil
      }
      try session.output.write(
        "\n"
          + Style.strong.painted(language.word(BilingualText("主诉", "complaint")) + "> ", on: session.terminal)
      )
      try session.output.flush()
      let line = try input.nextLine()?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard let line, !line.isEmpty else { break }
      complaint = line
    }
    try session.say("")
  }

  private func load(_ complaint: String?) throws -> LoadedStudy {
    var asked = study
    if let complaint { asked.study.complaint = Complaint(words: complaint) }
    let (loaded, refusals) = LoadedStudy.load(asked, interpreter.encoder, provenance: provenance)
    guard let loaded else { throw refusals.last ?? ArchivesError.noSource(path: asked.place) }
    if !isQuiet {
      let remarks = refusals.map(\.sentence) + loaded.remarks
      let unseen = interpreter.encoder.pipeline == nil && !loaded.images.isEmpty
      for remark in remarks + (unseen ? ["the model sees no images; it answers on the complaint alone"] : [])
      {
        try session.messages.write(
          Style.warning.painted("! ", on: session.messageTerminal) + remark + "\n")
      }
    }
    return loaded
  }

  private func tell(_ answer: StudyAnswer, wordsAreShown: Bool) throws {
    if answersJSON { return try session.answer(answer.report?.json ?? answer.plain.json) }
    if session.terminal.isInteractive {
      try session.output.write(StudyPicture.text(answer, on: session.terminal) + "\n")
    }
    let columns = min(100, session.terminal.columns)
    let isColoured = session.terminal.colours != .none
    let text =
      answer.report?.plainText(language: language, columns: columns, isColoured: isColoured)
      ?? answer.plain.plainText(
        language: language, columns: columns, isColoured: isColoured, withWords: !wordsAreShown)
    try session.output.write(text)
    try session.output.flush()
  }
}
