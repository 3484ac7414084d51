import Console
import Groundwork
import Studies

extension Inspection {
  /// What the studies of a JSONL file hold, counted in one pass and in memory that does not grow with the file.
  static func studies(_ path: String, in session: Session, quiet: Bool) throws -> Inspection {
    let reader = try StudyReader(path)
    let progress = Progress(
      ProgressState(Path.name(of: path), .bytes, total: try File.size(of: path)), in: session, quiet: quiet)
    var counts = StudyCounts()
    while let study = try reader.next() {
      counts.add(study)
      progress.update(completed: reader.recordOffset)
    }
    progress.finish()

    var inspection = Inspection(kind: "studies")
    inspection.add("path", "file", .string(path))
    inspection.add("studies", "studies", .integer(counts.studies))
    inspection.add(
      "patients", "patients", .integer(counts.patients.count),
      shown: (counts.patients.isExact ? "" : "about ") + "\(counts.patients.count)")
    inspection.add("images", "images", .integer(counts.images))
    inspection.add("without_image", "without an image", .integer(counts.withoutImage))
    inspection.add("complaints", "complaints", .integer(counts.complaints))
    inspection.add(
      "complaint_length", "letters in a complaint", counts.meanComplaintLength.map(JSON.number),
      shown: counts.meanComplaintLength.map { "\($0.text(decimals: 1)) on average" })
    inspection.add("reports", "structured reports", .integer(counts.reports))
    inspection.add("report_texts", "reports in free text", .integer(counts.reportTexts))
    inspection.add("labels_stated", "with a label", .integer(counts.labels.values.reduce(0, +)))
    if let least = counts.leastAge, let greatest = counts.greatestAge {
      let ages: JSON = [
        "minimum": .number(least), "maximum": .number(greatest), "known": .integer(counts.ages),
      ]
      inspection.add(
        "age_years", "age", ages,
        shown: "\(least.text(decimals: 0)) to \(greatest.text(decimals: 0)) years, known of \(counts.ages)")
    }
    inspection.add("splits", "split", counts.splits, of: counts.studies)
    inspection.add("sexes", "sex", counts.sexes, of: counts.studies)
    inspection.add("views", "view", counts.views, of: counts.images)
    inspection.add("languages", "language of complaint", counts.languages, of: counts.complaints)
    inspection.add("labels", "label", counts.labels, of: counts.studies)
    inspection.add("findings", "finding present", counts.findings, of: counts.studies)
    inspection.remarks = reader.warnings.map(\.description)
    if !counts.identifiers.isExact {
      inspection.remarks.append("there are too many studies to tell whether two bear the same id")
    } else if counts.repeatedIdentifiers > 0 {
      inspection.remarks.append("\(counts.repeatedIdentifiers) studies bear the id of another one")
    }
    return inspection
  }
}

/// Running counts over studies.
private struct StudyCounts {
  var studies = 0
  var patients = DistinctCount()
  var identifiers = DistinctCount()
  var images = 0
  var withoutImage = 0
  var complaints = 0
  private var complaintLetters = 0
  var reports = 0
  var reportTexts = 0
  var ages = 0
  var leastAge: Double?
  var greatestAge: Double?
  var splits: [String: Int] = [:]
  var sexes: [String: Int] = [:]
  var views: [String: Int] = [:]
  var languages: [String: Int] = [:]
  var labels: [String: Int] = [:]
  var findings: [String: Int] = [:]

  var repeatedIdentifiers: Int { studies - identifiers.count }

  /// In Unicode scalars.
  var meanComplaintLength: Double? { complaints > 0 ? Double(complaintLetters) / Double(complaints) : nil }

  mutating func add(_ study: Study) {
    studies += 1
    identifiers.insert(study.id)
    if let patient = study.patient { patients.insert(patient) }
    images += study.images.count
    if study.images.isEmpty { withoutImage += 1 }
    if let complaint = study.complaint {
      complaints += 1
      complaintLetters += complaint.text.unicodeScalars.count
      languages[complaint.language?.rawValue ?? "unknown", default: 0] += 1
    }
    if study.report != nil { reports += 1 }
    if study.reportText != nil { reportTexts += 1 }
    if let age = study.ageYears {
      ages += 1
      leastAge = min(leastAge ?? age, age)
      greatestAge = max(greatestAge ?? age, age)
    }
    splits[study.split ?? "none", default: 0] += 1
    sexes[study.sex?.rawValue ?? "unknown", default: 0] += 1
    for image in study.images { views[image.view?.rawValue ?? "unknown", default: 0] += 1 }
    if let label = study.label { labels[label, default: 0] += 1 }
    for code in Set(study.presentFindings.map(\.code)) { findings[code.rawValue, default: 0] += 1 }
  }
}
