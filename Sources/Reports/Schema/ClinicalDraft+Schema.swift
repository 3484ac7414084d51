public import Groundwork
public import Studies

extension ClinicalDraft {
  public static let schemaName = "cxr-clinical/1"
  static let findingLimit = 16
  static let impressionLimit = 6
  static let differentialLimit = 5
  static let recommendationLimit = 4
  /// Of sentences, in Unicode scalars.
  static let chineseLimit = 160
  static let englishLimit = 320
  static let chineseFallback = "详见影像所见。"
  static let englishFallback = "See the findings."

  /// The findings a draft may state: all of the catalogue but "normal", which follows when nothing else is there.
  public static let findingCodes: [FindingCode] = FindingCode.allCases.filter { $0 != .normal }

  /// The JSON Schema (draft 2020-12) of a draft. Its order of keys is the order in which the model writes them, and `default`
  /// is what a text says that has to be closed before the model wrote any.
  public static let schemaJSON: JSON = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "cxr-clinical-1.json",
    "title": "clinical draft (cxr-clinical/1)",
    "description":
      "The clinical part of a chest radiograph report as the model writes it: compact JSON, keys in this order.",
    "type": "object",
    "properties": [
      "findings": array(
        ofAtMost: findingLimit,
        closedObject([
          ("code", choice(findingCodes.map(\.rawValue))),
          ("presence", choice(Presence.allCases.map(\.rawValue))),
          ("laterality", choice(Laterality.allCases.map(\.rawValue))),
          ("location", choice(Location.allCases.map(\.rawValue) + ["none"])),
          ("severity", choice(Severity.allCases.map(\.rawValue))),
        ])),
      "impression": array(
        ofAtLeast: 1, ofAtMost: impressionLimit,
        sentence([], chinese: chineseFallback, english: englishFallback)),
      "differential": array(ofAtMost: differentialLimit, choice(DiagnosisCode.all.map(\.icd10))),
      "recommendation": array(
        ofAtMost: recommendationLimit,
        sentence(
          [("within", choice(FollowUp.allCases.map(\.rawValue)))], chinese: "请结合临床。",
          english: "Correlate clinically.")),
      "urgency": choice(Urgency.allCases.map(\.rawValue)),
    ],
    "required": ["findings", "impression", "differential", "recommendation", "urgency"],
    "additionalProperties": false,
  ]

  private static func choice(_ members: [String]) -> JSON { ["enum": .array(members.map(JSON.string))] }

  private static func array(ofAtLeast minimum: Int = 0, ofAtMost maximum: Int, _ item: JSON) -> JSON {
    ["type": "array", "minItems": .integer(minimum), "maxItems": .integer(maximum), "items": item]
  }

  private static func closedObject(_ properties: [(String, JSON)]) -> JSON {
    [
      "type": "object", "properties": .object(JSONObject(properties)),
      "required": .array(properties.map { .string($0.0) }), "additionalProperties": false,
    ]
  }

  private static func sentence(_ more: [(String, JSON)], chinese: String, english: String) -> JSON {
    func text(_ textClass: TextClass, atMost limit: Int, _ fallback: String) -> JSON {
      [
        "type": "string", "minLength": 1, "maxLength": .integer(limit), "pattern": .string(textClass.pattern),
        "default": .string(fallback),
      ]
    }
    return closedObject(
      [
        ("zh", text(.line, atMost: chineseLimit, chinese)),
        ("en", text(.plainLine, atMost: englishLimit, english)),
      ] + more)
  }
}
