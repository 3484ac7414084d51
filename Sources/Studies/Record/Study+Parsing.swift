public import Groundwork
internal import Imaging

extension Study {
  static let keys = [
    "schema", "id", "patient", "split", "complaint", "history", "age_years", "sex", "images", "findings",
    "diagnoses", "label", "report", "report_text", "source", "license", "parent",
  ]

  /// Reads a record. `file` and `line` are where it stands, for errors.
  public init(_ object: JSONObject, file: String, line: Int) throws(StudiesError) {
    let fields = RecordFields(object: object, file: file, line: line, key: "")
    if let schema = try fields.text("schema"), schema != Self.schema {
      throw fields.failure("schema", "\"\(schema)\" is not \(Self.schema)")
    }
    self.init(
      id: try fields.requiredText("id"), patient: try fields.text("patient"), split: try fields.text("split"),
      complaint: try fields.object("complaint").map { fields throws(StudiesError) in try Complaint(fields) },
      history: try fields.text("history"), ageYears: try fields.number("age_years", in: 0...150),
      sex: try fields.choice("sex", Sex.self),
      images: try fields.objects("images").map { fields throws(StudiesError) in try StudyImage(fields) },
      findings: try fields.objects("findings").map { fields throws(StudiesError) in try Finding(fields) },
      diagnoses: try fields.objects("diagnoses").map { fields throws(StudiesError) in try Diagnosis(fields) },
      label: try fields.text("label"), report: try fields.object("report").map { .object($0.object) },
      reportText: try fields.text("report_text"), source: try fields.text("source"),
      license: try fields.text("license"), parent: try fields.text("parent"),
      extra: fields.rest(besides: Self.keys))
    guard complaint != nil || !images.isEmpty || reportText != nil else {
      throw fields.failure("", "a study needs a complaint, an image or a report_text")
    }
  }
}

extension Complaint {
  static let keys = ["text", "language", "entities"]

  init(_ fields: RecordFields) throws(StudiesError) {
    guard let text = try fields.text("text") else { throw fields.failure("text", "is required") }
    let count = text.unicodeScalars.count
    self.init(
      text: text, language: try fields.choice("language", Language.self),
      entities: try fields.objects("entities").map { fields throws(StudiesError) in
        try Entity(fields, textCount: count)
      }, extra: fields.rest(besides: Self.keys))
  }
}

extension Complaint.Entity {
  static let keys = ["start", "end", "type"]

  init(_ fields: RecordFields, textCount: Int) throws(StudiesError) {
    self.init(
      start: try fields.requiredInteger("start"), end: try fields.requiredInteger("end"),
      type: try fields.requiredText("type"), extra: fields.rest(besides: Self.keys))
    guard start >= 0, start < end else {
      throw fields.failure("start", "\(start) must be at least 0 and less than end, which is \(end)")
    }
    guard end <= textCount else {
      throw fields.failure("end", "\(end) lies beyond the text, which has \(textCount) Unicode scalars")
    }
  }
}

extension StudyImage {
  static let keys = ["path", "view", "role"]

  init(_ fields: RecordFields) throws(StudiesError) {
    self.init(
      path: try fields.requiredText("path"), view: try fields.choice("view", View.self),
      role: try fields.choice("role", Role.self) ?? .current, extra: fields.rest(besides: Self.keys))
  }
}

extension Finding {
  static let keys = ["code", "presence", "laterality", "location", "severity", "box"]

  init(_ fields: RecordFields) throws(StudiesError) {
    self.init(
      code: try fields.requiredChoice("code", FindingCode.self),
      presence: try fields.requiredChoice("presence", Presence.self),
      laterality: try fields.choice("laterality", Laterality.self),
      location: try fields.choice("location", Location.self),
      severity: try fields.choice("severity", Severity.self),
      box: try fields.numbers("box", count: 4).map {
        PixelBox(x: $0[0], y: $0[1], width: $0[2], height: $0[3])
      }, extra: fields.rest(besides: Self.keys))
    if let box, !(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0) {
      throw fields.failure("box", "must be [x, y, width, height] in pixels with a positive width and height")
    }
  }
}

extension Diagnosis {
  static let keys = ["icd10"]

  init(_ fields: RecordFields) throws(StudiesError) {
    self.init(icd10: try fields.requiredText("icd10"), extra: fields.rest(besides: Self.keys))
    guard Self.isWellFormed(icd10) else {
      throw fields.failure("icd10", "\"\(icd10)\" does not look like an ICD-10 code such as J18.9")
    }
  }
}

extension Study {
  /// Members of a record that look like misspelt keys: each with the key they may mean, which the object lacks.
  static func likelyMisspellings(in object: JSONObject) -> [(found: String, meant: String)] {
    var pairs = misspellings(in: object, keys: keys, prefix: "")
    func inspect(_ member: String, _ keys: [String]) {
      let elements = object[member]?.array?.compactMap(\.object) ?? object[member]?.object.map { [$0] } ?? []
      for element in elements { pairs += misspellings(in: element, keys: keys, prefix: member + ".") }
    }
    inspect("complaint", Complaint.keys)
    inspect("images", StudyImage.keys)
    inspect("findings", Finding.keys)
    inspect("diagnoses", Diagnosis.keys)
    return pairs
  }

  private static func misspellings(
    in object: JSONObject, keys: [String], prefix: String
  ) -> [(found: String, meant: String)] {
    object.keys.compactMap { key in
      guard !keys.contains(key), let meant = nearest(to: key, among: keys), object[meant] == nil else {
        return nil
      }
      return (prefix + key, prefix + meant)
    }
  }
}
