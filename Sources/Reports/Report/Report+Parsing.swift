public import Groundwork
internal import Imaging
internal import Studies

extension Report {
  static let schema = Result { () throws(ReportsError) in try JSONSchema(schemaJSON) }

  /// Reads a `cxr-report/1`. The schema must hold, and every code must stand in our tables; whether the report is consistent
  /// is for `violations` to say.
  ///
  /// Throws `ReportsError.invalid` with the place; never with the text.
  public init(parsing json: JSON) throws(ReportsError) {
    try Self.schema.get().check(json)
    let reader = ReportReader(json: json, path: "")
    uid = reader.text("report_uid")
    status = try reader.choice("status")
    urgency = try reader.choice("urgency")
    context = try ReportContext(reader)
    findings = try reader.list("findings").map { reader throws(ReportsError) in try Item(reader) }
    impression = try reader.list("impression").map { reader throws(ReportsError) in
      Conclusion(text: reader.bilingual("text"), findingIDs: reader.texts("finding_ids"))
    }
    differential = try reader.list("differential").map { reader throws(ReportsError) in
      let code = reader.member("icd10")
      guard code.text("system") == "icd-10", let diagnosis = DiagnosisCode(icd10: code.text("code")) else {
        throw code.failure("the code is not in the table of diagnoses")
      }
      return Candidate(
        code: diagnosis, probability: reader.number("p"), supporting: reader.texts("for"),
        against: reader.texts("against"))
    }
    recommendation = try reader.list("recommendation").map { reader throws(ReportsError) in
      ClinicalDraft.Recommendation(text: reader.bilingual("text"), within: try reader.choice("within"))
    }
    critical = try reader.list("critical").map { reader throws(ReportsError) in
      Alert(findingID: reader.text("finding_id"), rule: try reader.choice("rule"))
    }
    limits = try reader.texts("limits").map { text throws(ReportsError) in
      guard let limit = ReportLimit(recorded: text) else {
        throw reader.failure("a limit is none that this version knows")
      }
      return limit
    }
    if reader.json["abstain"]?.isNull == false {
      let reasons = reader.member("abstain").texts("reasons")
      abstention = Abstention(reasons.compactMap(Abstention.Reason.init))
    }
  }
}

/// A member of a report that has passed the schema, with its place for errors.
private struct ReportReader {
  let json: JSON
  let path: String

  func failure(_ reason: String) -> ReportsError {
    .invalid(document: "report (\(Report.schemaName))", path: path, reason: reason)
  }

  func member(_ key: String) -> ReportReader {
    ReportReader(json: json[key] ?? .null, path: path.isEmpty ? key : path + "." + key)
  }

  func list(_ key: String) -> [ReportReader] {
    (json[key]?.array ?? []).enumerated().map {
      ReportReader(json: $0.element, path: (path.isEmpty ? key : path + "." + key) + "[\($0.offset)]")
    }
  }

  func text(_ key: String) -> String { json[key]?.string ?? "" }

  func texts(_ key: String) -> [String] { (json[key]?.array ?? []).compactMap(\.string) }

  func number(_ key: String) -> Double? { json[key]?.number }

  func bilingual(_ key: String) -> BilingualText {
    BilingualText(json[key] ?? .null) ?? BilingualText("", "")
  }

  func choice<Member: RawRepresentable<String>>(_ key: String) throws(ReportsError) -> Member {
    guard let member = Member(rawValue: text(key)) else { throw member(key).failure("the value is unknown") }
    return member
  }

  func optionalChoice<Member: RawRepresentable<String>>(_ key: String) -> Member? {
    json[key]?.string.flatMap(Member.init(rawValue:))
  }
}

extension Report.Item {
  fileprivate init(_ reader: ReportReader) throws(ReportsError) {
    let code = reader.member("code")
    guard let finding = FindingCode.allCases.first(where: { $0.term.isCoded(by: code.json) }) else {
      let isWrong = code.text("system") == "SCT" && !VerhoeffCheckDigit.isValid(code.text("code"))
      throw code.failure(
        isWrong ? "the check digit of the code is wrong" : "the code is not in the catalogue of findings")
    }
    self.init(
      id: reader.text("id"), code: finding, presence: try reader.choice("presence"),
      laterality: try reader.choice("laterality"),
      locations: try reader.list("location").map { reader throws(ReportsError) in
        guard let location = Location.allCases.first(where: { $0.term.isCoded(by: reader.json) }) else {
          throw reader.failure("the code is not in the table of locations")
        }
        return location
      }, severity: try reader.choice("severity"), sizeMillimetres: reader.number("size_mm"),
      change: reader.optionalChoice("change"), probability: reader.number("probability"),
      evidence: reader.list("evidence").map { reader in
        Report.Evidence(
          instanceUID: reader.text("sop_uid"),
          box: (reader.json["box"]?.array).flatMap { Imaging.PixelBox($0.compactMap(\.number)) },
          heatmap: reader.json["heatmap"]?.string)
      }, text: reader.bilingual("text"))
    guard band?.rawValue == reader.json["band"]?.string else {
      throw reader.member("band").failure("the band does not fit the probability")
    }
  }
}

extension CodedTerm {
  fileprivate func isCoded(by json: JSON) -> Bool {
    json["system"]?.string == system.rawValue && json["code"]?.string == code
  }
}

extension Imaging.PixelBox {
  fileprivate init?(_ numbers: [Double]) {
    guard numbers.count == 4 else { return nil }
    self.init(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
  }
}

extension ReportContext {
  fileprivate init(_ reader: ReportReader) throws(ReportsError) {
    let (study, patient) = (reader.member("study"), reader.member("patient"))
    self.init(
      images: try study.list("images").map { reader throws(ReportsError) in
        Image(
          instanceUID: reader.text("sop_uid"), view: try reader.choice("view"),
          viewSource: reader.optionalChoice("view_source"),
          isMirrored: reader.json["mirrored"]?.boolean ?? false,
          pixelPolicy: reader.optionalChoice("pixel_policy"),
          isInverted: reader.json["inverted"]?.boolean ?? false, digest: reader.text("sha256"),
          width: reader.json["width"]?.integer ?? 0, height: reader.json["height"]?.integer ?? 0)
      }, provenance: try Provenance(reader.member("provenance")))
    studyUID = study.text("study_uid")
    accession = study.text("accession")
    modality = study.text("modality")
    bodyPart = study.text("body_part")
    acquired = study.json["acquired"]?.string
    pseudonym = patient.text("pseudonym")
    sex = try patient.choice("sex")
    ageYears = patient.number("age_years")
    let clinical = reader.member("clinical")
    priorStudyUID = clinical.json["prior_study_uid"]?.string
    if clinical.json["chief_complaint"]?.isNull == false {
      let written = clinical.member("chief_complaint")
      // Offsets are not recorded; each entity is looked for behind the one before it.
      complaint = Complaint(text: written.text("text"), language: written.optionalChoice("language"))
      complaint?.addEntities(written.list("entities").map { ($0.text("text"), $0.text("type")) })
      complaintCodes = written.texts("codes").compactMap(ComplaintCode.init)
    }
    quality = try reader.list("quality").map { reader throws(ReportsError) in
      QualityNote(code: try reader.choice("code"), note: reader.text("note"))
    }
  }
}

extension Complaint {
  fileprivate mutating func addEntities(_ found: [(text: String, type: String)]) {
    let scalars = Array(text.unicodeScalars)
    var from = 0
    for (word, type) in found {
      let wanted = Array(word.unicodeScalars)
      guard !wanted.isEmpty, wanted.count <= scalars.count,
        let start = (0...scalars.count - wanted.count).first(where: { place in
          place >= from && scalars[place..<place + wanted.count].elementsEqual(wanted)
        })
      else { continue }
      entities.append(Entity(start: start, end: start + wanted.count, type: type))
      from = start
    }
  }
}

extension Provenance {
  fileprivate init(_ reader: ReportReader) throws(ReportsError) {
    let calibration = reader.member("calibration")
    let seed = reader.json["seed"]
    self.init(
      software: reader.text("software"), modelDigest: reader.text("model_sha256"),
      tokenizerDigest: reader.text("tokenizer_sha256"), configurationDigest: reader.text("config_sha256"),
      seed: seed?.integer.flatMap { UInt64(exactly: $0) } ?? seed?.string.flatMap { UInt64($0) } ?? 0,
      calibration: Calibration(
        method: try calibration.choice("method"), dataset: calibration.text("dataset"),
        count: calibration.json["n"]?.integer ?? 0, expectedError: calibration.number("ece")),
      generated: reader.text("generated"))
  }
}
