public import Groundwork

extension Study {
  /// The record as a JSON object: the keys of `study/1` in their order, what is unknown left out, then the other keys.
  public var json: JSON {
    var object = JSONObject()
    object["schema"] = .string(Self.schema)
    object["id"] = .string(id)
    object["patient"] = patient.map(JSON.string)
    object["split"] = split.map(JSON.string)
    object["complaint"] = complaint?.json
    object["history"] = history.map(JSON.string)
    object["age_years"] = ageYears.map(JSON.shortest)
    object["sex"] = sex.map { .string($0.rawValue) }
    object["images"] = JSON.unlessEmpty(images.map(\.json))
    object["findings"] = JSON.unlessEmpty(findings.map(\.json))
    object["diagnoses"] = JSON.unlessEmpty(diagnoses.map(\.json))
    object["label"] = label.map(JSON.string)
    object["report"] = report
    object["report_text"] = reportText.map(JSON.string)
    object["source"] = source.map(JSON.string)
    object["license"] = license.map(JSON.string)
    object["parent"] = parent.map(JSON.string)
    return object.appending(extra)
  }
}

extension Complaint {
  var json: JSON {
    var object = JSONObject()
    object["text"] = .string(text)
    object["language"] = language.map { .string($0.rawValue) }
    object["entities"] = JSON.unlessEmpty(entities.map(\.json))
    return object.appending(extra)
  }
}

extension Complaint.Entity {
  var json: JSON {
    JSONObject([("start", .integer(start)), ("end", .integer(end)), ("type", .string(type))]).appending(extra)
  }
}

extension StudyImage {
  var json: JSON {
    var object = JSONObject()
    object["path"] = .string(path)
    object["view"] = view.map { .string($0.rawValue) }
    object["role"] = .string(role.rawValue)
    return object.appending(extra)
  }
}

extension Finding {
  var json: JSON {
    var object = JSONObject()
    object["code"] = .string(code.rawValue)
    object["presence"] = .string(presence.rawValue)
    object["laterality"] = laterality.map { .string($0.rawValue) }
    object["location"] = location.map { .string($0.rawValue) }
    object["severity"] = severity.map { .string($0.rawValue) }
    object["box"] = box.map { .array([$0.x, $0.y, $0.width, $0.height].map(JSON.shortest)) }
    return object.appending(extra)
  }
}

extension Diagnosis {
  var json: JSON { JSONObject([("icd10", .string(icd10))]).appending(extra) }
}

extension JSON {
  /// A whole number without a fraction.
  fileprivate static func shortest(_ value: Double) -> JSON {
    Int(exactly: value).map(JSON.integer) ?? .number(value)
  }

  fileprivate static func unlessEmpty(_ elements: [JSON]) -> JSON? {
    elements.isEmpty ? nil : .array(elements)
  }
}

extension JSONObject {
  fileprivate func appending(_ extra: JSONObject) -> JSON {
    var object = self
    for (key, value) in extra where object[key] == nil { object[key] = value }
    return .object(object)
  }
}
