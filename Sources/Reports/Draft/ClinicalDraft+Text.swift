public import Groundwork
internal import Studies

extension ClinicalDraft {
  /// The draft as compact JSON, the keys in the order of the schema: what a model is trained to write.
  public var text: String { json.text() }

  public var json: JSON {
    [
      "findings": .array(
        findings.map { finding in
          [
            "code": .string(finding.code.rawValue), "presence": .string(finding.presence.rawValue),
            "laterality": .string(finding.laterality.rawValue),
            "location": .string(finding.location?.rawValue ?? "none"),
            "severity": .string(finding.severity.rawValue),
          ]
        }),
      "impression": .array(impression.map(\.json)),
      "differential": .array(differential.map { .string($0.icd10) }),
      "recommendation": .array(
        recommendation.map {
          [
            "zh": .string($0.text.chinese), "en": .string($0.text.english),
            "within": .string($0.within.rawValue),
          ]
        }),
      "urgency": .string(urgency.rawValue),
    ]
  }

  static let schema = Result { () throws(ReportsError) in try JSONSchema(schemaJSON) }

  /// Reads a draft strictly: the schema must hold, and the findings must be consistent (see `checkConsistency`).
  ///
  /// Throws `ReportsError.invalid` with the place; never with the text.
  public init(parsing text: String) throws(ReportsError) {
    let json: JSON
    do {
      json = try JSON(parsing: text, depthLimit: 8)
    } catch {
      throw Self.invalid("", "line \(error.line), column \(error.column) is not JSON: \(error.reason)")
    }
    try self.init(json)
  }

  public init(_ json: JSON) throws(ReportsError) {
    try Self.schema.get().check(json)
    self.init(
      findings: (json["findings"]?.array ?? []).compactMap(Statement.init),
      impression: (json["impression"]?.array ?? []).compactMap(BilingualText.init),
      differential: (json["differential"]?.array ?? []).compactMap { DiagnosisCode(icd10: $0.string ?? "") },
      recommendation: (json["recommendation"]?.array ?? []).compactMap { entry in
        guard let text = BilingualText(entry), let within = FollowUp(rawValue: entry["within"]?.string ?? "")
        else { return nil }
        return Recommendation(text: text, within: within)
      }, urgency: Urgency(rawValue: json["urgency"]?.string ?? "") ?? .routine)
    try checkConsistency()
  }

  static func invalid(_ path: String, _ reason: String) -> ReportsError {
    .invalid(document: "clinical draft (\(schemaName))", path: path, reason: reason)
  }
}

extension ClinicalDraft.Statement {
  fileprivate init?(_ json: JSON) {
    guard let code = FindingCode(rawValue: json["code"]?.string ?? ""),
      let presence = Presence(rawValue: json["presence"]?.string ?? ""),
      let laterality = Laterality(rawValue: json["laterality"]?.string ?? ""),
      let severity = Severity(rawValue: json["severity"]?.string ?? "")
    else { return nil }
    self.init(
      code: code, presence: presence, laterality: laterality,
      location: Location(rawValue: json["location"]?.string ?? ""), severity: severity)
  }
}

extension ClinicalDraft {
  /// What the schema cannot say: each finding and each diagnosis once; sides, places and severities that go together with
  /// their finding; critical whenever a critical rule fires. Throws `ReportsError.invalid` with the place.
  public func checkConsistency() throws(ReportsError) {
    for (index, finding) in findings.enumerated() {
      let path = "findings[\(index)]"
      if findings.prefix(index).contains(where: { $0.code == finding.code }) {
        throw Self.invalid(path + ".code", "\(finding.code.rawValue) stands there before")
      }
      if !FindingRules.lateralities(of: finding.code, finding.presence).contains(finding.laterality) {
        throw Self.invalid(
          path + ".laterality",
          "\(finding.laterality.rawValue) does not go with \(finding.presence.rawValue) \(finding.code.rawValue)"
        )
      }
      if !FindingRules.locations(of: finding.code, finding.presence, finding.laterality)
        .contains(finding.location)
      {
        throw Self.invalid(
          path + ".location",
          "\(finding.location?.rawValue ?? "none") does not go with \(finding.laterality.rawValue) "
            + "\(finding.presence.rawValue) \(finding.code.rawValue)")
      }
      if !FindingRules.severities(finding.presence).contains(finding.severity) {
        throw Self.invalid(path + ".severity", "only what may be there has a severity")
      }
    }
    for (index, code) in differential.enumerated() where differential.prefix(index).contains(code) {
      throw Self.invalid("differential[\(index)]", "\(code.icd10) stands there before")
    }
    if isCritical, urgency != .critical {
      throw Self.invalid("urgency", "a critical rule fires, so the urgency must be critical")
    }
  }
}
