public import Groundwork
internal import Imaging
internal import Studies

extension Report {
  /// The report as `cxr-report/1`.
  public var json: JSON {
    [
      "schema": .string(Self.schemaName),
      "report_uid": .string(uid),
      "status": .string(status.rawValue),
      "language": ["zh", "en"],
      "study": studyJSON,
      "patient": [
        "pseudonym": .string(context.pseudonym), "sex": .string(context.sex.rawValue),
        "age_years": .optional(context.ageYears),
      ],
      "clinical": [
        "chief_complaint": complaintJSON, "prior_study_uid": .optional(context.priorStudyUID),
      ],
      "quality": .array(
        context.quality.map { ["code": .string($0.code.rawValue), "note": .string($0.note)] }),
      "findings": .array(findings.map(\.json)),
      "impression": .array(
        impression.enumerated().map { place, conclusion in
          [
            "rank": .integer(place + 1), "text": conclusion.text.json,
            "finding_ids": .texts(conclusion.findingIDs),
          ]
        }),
      "differential": .array(
        differential.enumerated().map { place, candidate in
          [
            "rank": .integer(place + 1),
            "icd10": ["system": "icd-10", "code": .string(candidate.code.icd10)],
            "p": .optional(candidate.probability),
            "for": .texts(candidate.supporting), "against": .texts(candidate.against),
          ]
        }),
      "recommendation": .array(
        recommendation.map { ["text": $0.text.json, "within": .string($0.within.rawValue)] }),
      "urgency": .string(urgency.rawValue),
      "critical": .array(
        critical.map { ["finding_id": .string($0.findingID), "rule": .string($0.rule.rawValue)] }),
      "limits": .texts(limits.map(\.text.english)),
      "abstain": abstention?.json ?? .null,
      "provenance": provenanceJSON,
      "notice": Self.notice.json,
    ]
  }

  private var studyJSON: JSON {
    [
      "study_uid": .string(context.studyUID), "accession": .string(context.accession),
      "modality": .string(context.modality), "body_part": .string(context.bodyPart),
      "acquired": .optional(context.acquired),
      "images": .array(context.images.map(\.json)),
    ]
  }

  private var complaintJSON: JSON {
    guard let complaint = context.complaint else { return .null }
    return [
      "text": .string(complaint.text),
      "language": .optional(complaint.language?.rawValue),
      "codes": .texts(context.complaintCodes.map(\.rawValue)),
      "entities": .array(
        complaint.entities.compactMap { entity in
          complaint.text(of: entity).map { ["text": .string($0), "type": .string(entity.type)] }
        }),
    ]
  }

  private var provenanceJSON: JSON {
    let provenance = context.provenance
    let calibration = provenance.calibration
    return [
      "software": .string(provenance.software),
      "model_sha256": .string(provenance.modelDigest),
      "tokenizer_sha256": .string(provenance.tokenizerDigest),
      "config_sha256": .string(provenance.configurationDigest),
      "input_sha256": .texts(context.images.map(\.digest)),
      // Seeds run over all of 64 bits, more than a JSON number holds everywhere.
      "seed": Int(exactly: provenance.seed).map(JSON.integer) ?? .string(String(provenance.seed)),
      "calibration": [
        "method": .string(calibration.method.rawValue), "dataset": .string(calibration.dataset),
        "n": .integer(calibration.count), "ece": .optional(calibration.expectedError),
      ],
      "generated": .string(provenance.generated),
    ]
  }
}

extension Report.Item {
  var json: JSON {
    [
      "id": .string(id),
      "code": [
        "system": .string(code.term.system.rawValue), "code": .string(code.term.code),
        "en": .string(code.english), "zh": .string(code.chinese),
      ],
      "presence": .string(presence.rawValue),
      "laterality": .string(laterality.rawValue),
      "location": .array(
        locations.map {
          [
            "system": .string($0.term.system.rawValue), "code": .string($0.term.code),
            "en": .string($0.term.english),
          ]
        }),
      "severity": .string(severity.rawValue),
      "size_mm": .optional(sizeMillimetres),
      "change": .optional(change?.rawValue),
      "probability": .optional(probability),
      "band": .optional(band?.rawValue),
      "evidence": .array(evidence.map(\.json)),
      "text": text.json,
    ]
  }
}

extension Report.Evidence {
  var json: JSON {
    [
      "sop_uid": .string(instanceUID),
      "box": box.map { .array([$0.x, $0.y, $0.width, $0.height].map(JSON.shortest)) } ?? .null,
      "heatmap": .optional(heatmap),
    ]
  }
}

extension Report.Abstention {
  var json: JSON { ["reasons": .texts(reasons.map(\.rawValue)), "text": text.json] }
}

extension ReportContext.Image {
  var json: JSON {
    [
      "sop_uid": .string(instanceUID), "view": .string(view.rawValue),
      "view_source": .optional(viewSource?.rawValue), "mirrored": .boolean(isMirrored),
      "pixel_policy": .optional(pixelPolicy?.rawValue), "inverted": .boolean(isInverted),
      "sha256": .string(digest), "width": .integer(width), "height": .integer(height),
    ]
  }
}

extension JSON {
  static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

  static func optional(_ number: Double?) -> JSON { number.map(JSON.shortest) ?? .null }

  static func texts(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

  /// A whole number without a fraction.
  static func shortest(_ value: Double) -> JSON { Int(exactly: value).map(JSON.integer) ?? .number(value) }
}
