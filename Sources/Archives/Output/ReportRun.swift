internal import Fusion
internal import Groundwork
public import Reading
public import Reports

/// Reads the studies of a source with a model and writes a report for each, a few at a time, so that memory does not grow with
/// the archive. A model that writes free text or only classifies gives plain answers instead.
///
/// A study that has its report already, made by the same model from the same images and words in the same forms, is passed
/// over; if any of these changed, a new report takes the place of the old one. What cannot be read is noted and passed over.
public final class ReportRun {
  public struct Options: Sendable {
    public var forms: Set<ReportForm> = Set(ReportForm.allCases)
    /// The most reports of this run; nil: no limit.
    public var limit: Int?
    /// Studies that are handed to the model together; when one is done, another of them takes its place.
    public var batch = 32

    public init() {}
  }

  /// Where the gallery is.
  public var galleryPath: String { Path.join(directory.path, ArchiveIndex.galleryFile) }

  private let interpreter: StudyInterpreter
  private let provenance: Provenance
  private let options: Options
  private let directory: ReportDirectory
  private var summary = RunSummary()

  /// - Parameters:
  ///   - provenance: where the reports come from; its time is that of each report's making.
  ///   - path: the directory of the reports, which may hold those of earlier runs.
  public init(
    _ interpreter: StudyInterpreter, provenance: Provenance, into path: String, options: Options = Options()
  ) throws {
    self.interpreter = interpreter
    self.provenance = provenance
    self.options = options
    directory = try ReportDirectory(path)
  }

  /// The pseudonyms of the directory's patients.
  public static func pseudonyms(in path: String) throws -> Pseudonyms {
    try File.createDirectory(path)
    return try Pseudonyms(file: Path.join(path, "pseudonyms.salt"))
  }

  /// Works a source off, then writes index and gallery.
  ///
  /// - Parameter progress: told after each study or refusal; what it throws ends the run.
  public func run(
    _ source: inout some StudySource, progress: (RunSummary) throws -> Void = { _ in }
  ) throws -> RunSummary {
    var waiting: [Work] = []
    while !isFull(waiting.count), let item = try source.next() {
      switch item {
      case .refusal(let refusal): try refuse(refusal)
      case .study(let archived):
        if let work = try take(archived) { waiting.append(work) }
      }
      if waiting.count == options.batch {
        try finish(waiting)
        waiting = []
      }
      try progress(summary)
    }
    try finish(waiting)
    try progress(summary)
    try directory.journal.synchronize()
    try ArchiveIndex(directory: directory).write()
    return summary
  }

  /// A study that waits for the model.
  private struct Work {
    let study: LoadedStudy
    let digest: String
  }

  private func isFull(_ waiting: Int) -> Bool {
    options.limit.map { summary.written + waiting >= $0 } ?? false
  }

  private func refuse(_ refusal: Refusal) throws {
    try directory.note(refusal)
    summary.refused[refusal.reason, default: 0] += 1
    summary.looked += refusal.size
  }

  /// Loads a study unless it is done.
  private func take(_ archived: ArchiveStudy) throws -> Work? {
    if let digest = digest(of: archived), directory.journal.hasReport(archived.key, work: digest) {
      summary.present += 1
      summary.looked += archived.size
      return nil
    }
    let loaded = LoadedStudy.load(archived, interpreter.encoder, provenance: provenance)
    for refusal in loaded.refusals { try refuse(refusal) }
    guard let study = loaded.study else {
      summary.looked += archived.size
      return nil
    }
    return Work(study: study, digest: digest(of: archived) ?? "")
  }

  /// What the report would be made from; nil when an image cannot be read.
  private func digest(of archived: ArchiveStudy) -> String? {
    let study = archived.study
    var parts = [provenance.modelDigest, provenance.tokenizerDigest, provenance.configurationDigest]
    parts += options.forms.map(\.rawValue).sorted()
    parts += [
      study.complaint?.text ?? "", study.history ?? "", study.sex?.rawValue ?? "",
      study.ageYears.map { "\($0)" } ?? "",
    ]
    for image in study.images {
      let path = Path.join(archived.directory, image.path)
      guard let digest = try? SHA256.hexadecimal(ofFile: path) else { return nil }
      parts += [digest, image.view?.rawValue ?? "", image.role.rawValue]
    }
    return StudyKey.of(parts)
  }

  private func finish(_ works: [Work]) throws {
    guard !works.isEmpty else { return }
    let answers: [StudyAnswer?]
    do {
      answers = try interpreter.answers(for: works.map(\.study))
    } catch {
      // One study must not spoil the others: each is asked for alone.
      answers = try works.map { work in
        do {
          return try interpreter.answers(for: [work.study]).first
        } catch FusionError.notFinite {
          // The model's fault, and no study's.
          throw FusionError.notFinite
        } catch {
          let sentence = (error as? any Diagnostic)?.sentence ?? "\(error)"
          try refuse(work.study.archived.refusal(.noAnswer, sentence))
          return nil
        }
      }
    }
    for (work, answer) in zip(works, answers) {
      summary.looked += work.study.archived.size
      guard var answer else { continue }
      answer.stamp(UTCTime.now())
      try directory.write(answer, work: work.digest, forms: options.forms)
      summary.written += 1
      if let report = answer.report { summary.count(report) }
    }
  }
}
