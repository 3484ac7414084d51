public import Groundwork
internal import Imaging
internal import Studies

extension Report {
  /// The JSON Schema (draft 2020-12) of a report.
  public static let schemaJSON: JSON = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "cxr-report-1.json",
    "title": "report (cxr-report/1)",
    "description":
      "A chest radiograph report drafted by a program, for a physician to verify. Texts are Chinese and English.",
    "type": "object",
    "properties": .object(JSONObject(properties)),
    "required": .texts(properties.map(\.0)),
    "additionalProperties": false,
    "$defs": [
      "text": closed([("zh", text()), ("en", text())]),
      "digest": text(pattern: "^[0-9a-f]*$"),
      "id": text(pattern: "^f[0-9]{1,3}$"),
      "probability": ["type": ["number", "null"], "minimum": 0, "maximum": 1],
      "image": image,
      "finding": finding,
    ],
  ]

  private static let properties: [(String, JSON)] = [
    ("schema", ["const": .string(schemaName)]),
    ("report_uid", text(pattern: "^2[.]25[.][0-9]{1,39}$")),
    ("status", choice(Status.self)),
    ("language", list(["enum": ["zh", "en"]])),
    (
      "study",
      closed([
        ("study_uid", text()), ("accession", text()), ("modality", text()), ("body_part", text()),
        ("acquired", nullable("string")), ("images", list(reference("image"))),
      ])
    ),
    (
      "patient",
      closed([
        ("pseudonym", text()), ("sex", choice(Sex.self)),
        ("age_years", ["type": ["number", "null"], "minimum": 0, "maximum": 150]),
      ])
    ),
    (
      "clinical",
      closed([
        ("chief_complaint", ["anyOf": [["type": "null"], complaint]]),
        ("prior_study_uid", nullable("string")),
      ])
    ),
    ("quality", list(closed([("code", choice(QualityNote.Code.self)), ("note", text())]))),
    ("findings", list(reference("finding"))),
    (
      "impression",
      list(closed([("rank", whole(1)), ("text", reference("text")), ("finding_ids", list(reference("id")))]))
    ),
    (
      "differential",
      list(
        closed([
          ("rank", whole(1)),
          (
            "icd10",
            closed([
              ("system", ["enum": ["icd-10", "icd-10-cm", "gbt14396"]]),
              ("code", text(pattern: "^[A-Z][0-9][0-9A-Z][.]?[0-9A-Za-z]{0,8}$")),
            ])
          ),
          ("p", reference("probability")), ("for", list(reference("id"))), ("against", list(reference("id"))),
        ]))
    ),
    ("recommendation", list(closed([("text", reference("text")), ("within", choice(FollowUp.self))]))),
    ("urgency", choice(Urgency.self)),
    ("critical", list(closed([("finding_id", reference("id")), ("rule", choice(CriticalRule.self))]))),
    ("limits", list(text())),
    (
      "abstain",
      [
        "anyOf": [
          ["type": "null"],
          closed([("reasons", list(choice(Abstention.Reason.self))), ("text", reference("text"))]),
        ]
      ]
    ),
    (
      "provenance",
      closed([
        ("software", text()), ("model_sha256", reference("digest")),
        ("tokenizer_sha256", reference("digest")),
        ("config_sha256", reference("digest")), ("input_sha256", list(reference("digest"))),
        ("seed", ["type": ["integer", "string"]]),
        (
          "calibration",
          closed([
            ("method", choice(Calibration.Method.self)), ("dataset", text()), ("n", whole(0)),
            ("ece", reference("probability")),
          ])
        ),
        ("generated", text()),
      ])
    ),
    ("notice", reference("text")),
  ]

  private static let complaint = closed([
    ("text", text()), ("language", ["enum": ["zh", "en", .null]]),
    ("codes", list(choice(ComplaintCode.self))),
    ("entities", list(closed([("text", text()), ("type", text())]))),
  ])

  private static let image = closed([
    ("sop_uid", text()), ("view", choice(View.self)), ("view_source", choice(ViewSource.self, orNull: true)),
    ("mirrored", ["type": "boolean"]), ("pixel_policy", choice(PixelPolicy.self, orNull: true)),
    ("inverted", ["type": "boolean"]), ("sha256", reference("digest")), ("width", whole(1)),
    ("height", whole(1)),
  ])

  private static let finding = closed([
    ("id", reference("id")),
    (
      "code",
      closed([
        ("system", choice(CodedTerm.System.self)), ("code", text(pattern: "^[0-9]{6,18}$")), ("en", text()),
        ("zh", text()),
      ])
    ),
    ("presence", choice(Presence.self)),
    ("laterality", choice(Laterality.self)),
    (
      "location",
      list(
        closed([
          ("system", choice(CodedTerm.System.self)), ("code", text(pattern: "^[0-9]{6,18}$")), ("en", text()),
        ]))
    ),
    ("severity", choice(Severity.self)),
    ("size_mm", ["type": ["number", "null"], "minimum": 0]),
    ("change", choice(Change.self, orNull: true)),
    ("probability", reference("probability")),
    ("band", choice(ProbabilityBand.self, orNull: true)),
    (
      "evidence",
      list(
        closed([
          ("sop_uid", text()),
          (
            "box",
            [
              "type": ["array", "null"], "minItems": 4, "maxItems": 4,
              "items": ["type": "number", "minimum": 0],
            ]
          ),
          ("heatmap", nullable("string")),
        ]))
    ),
    ("text", reference("text")),
  ])

  private static func closed(_ properties: [(String, JSON)]) -> JSON {
    [
      "type": "object", "properties": .object(JSONObject(properties)),
      "required": .texts(properties.map(\.0)),
      "additionalProperties": false,
    ]
  }

  private static func list(_ items: JSON) -> JSON { ["type": "array", "items": items] }

  private static func reference(_ name: String) -> JSON { ["$ref": .string("#/$defs/" + name)] }

  private static func nullable(_ type: String) -> JSON { ["type": .texts([type, "null"])] }

  private static func whole(_ minimum: Int) -> JSON { ["type": "integer", "minimum": .integer(minimum)] }

  private static func text(pattern: String? = nil) -> JSON {
    pattern.map { ["type": "string", "pattern": .string($0)] } ?? ["type": "string"]
  }

  private static func choice<Member: CaseIterable & RawRepresentable<String>>(
    _ type: Member.Type, orNull: Bool = false
  ) -> JSON {
    ["enum": .array(type.allCases.map { .string($0.rawValue) } + (orNull ? [.null] : []))]
  }
}
