public import Groundwork
internal import Imaging
internal import Studies

/// The answer of a model that writes free text, or that only classifies: its words and the probabilities of its heads, in the
/// frame of a report (`lightbox-answer/1`).
public struct PlainAnswer: Equatable, Sendable {
  public static let schemaName = "lightbox-answer/1"

  /// A calibrated probability.
  public struct Estimate: Equatable, Sendable {
    /// The code of a finding, or the name of a class.
    public var name: String
    public var probability: Double

    public init(_ name: String, _ probability: Double) {
      self.name = name
      self.probability = probability
    }
  }

  public var context: ReportContext
  /// Empty when the model writes none.
  public var text: String
  /// Whether the text ended by itself.
  public var isComplete: Bool
  /// In the order of the model's head.
  public var findings: [Estimate]
  /// The likeliest first.
  public var classes: [Estimate]

  public init(
    context: ReportContext, text: String = "", isComplete: Bool = true, findings: [Estimate] = [],
    classes: [Estimate] = []
  ) {
    self.context = context
    self.text = text
    self.isComplete = isComplete
    self.findings = findings
    self.classes = classes
  }

  /// The findings that are not improbable, the likeliest first.
  public var notableFindings: [Estimate] {
    findings.filter { ProbabilityBand($0.probability) != .low }.sorted { $0.probability > $1.probability }
  }

  /// What weakens the answer.
  public var limits: [ReportLimit] {
    var limits = ReportLimit.limits(of: context)
    if !isComplete { limits.append(.shortened) }
    if context.provenance.calibration.method == .none, !(findings.isEmpty && classes.isEmpty) {
      limits.append(.uncalibrated)
    }
    return limits
  }
}

extension PlainAnswer {
  public var json: JSON {
    let provenance = context.provenance
    let calibration = provenance.calibration
    return [
      "schema": .string(Self.schemaName),
      "study_uid": .string(context.studyUID),
      "modality": .string(context.modality),
      "acquired": .optional(context.acquired),
      "images": .array(
        context.images.map {
          [
            "sop_uid": .string($0.instanceUID), "view": .string($0.view.rawValue),
            "sha256": .string($0.digest),
          ]
        }),
      "patient": [
        "pseudonym": .string(context.pseudonym), "sex": .string(context.sex.rawValue),
        "age_years": .optional(context.ageYears),
      ],
      "complaint": .optional(context.complaint?.text),
      "text": .string(text),
      "complete": .boolean(isComplete),
      "findings": .array(findings.map(\.json)),
      "classes": .array(classes.map(\.json)),
      "limits": .texts(limits.map(\.text.english)),
      "provenance": [
        "software": .string(provenance.software),
        "model_sha256": .string(provenance.modelDigest),
        "tokenizer_sha256": .string(provenance.tokenizerDigest),
        "config_sha256": .string(provenance.configurationDigest),
        "calibration": [
          "method": .string(calibration.method.rawValue), "dataset": .string(calibration.dataset),
          "n": .integer(calibration.count), "ece": .optional(calibration.expectedError),
        ],
        "generated": .string(provenance.generated),
      ],
      "notice": Report.notice.json,
    ]
  }

  /// Reads an answer as far as it is shown; nil when it is none.
  public init?(parsing json: JSON) {
    guard json["schema"]?.string == Self.schemaName, let source = json["provenance"] else { return nil }
    func text(_ value: JSON?) -> String { value?.string ?? "" }
    var provenance = Provenance(
      software: text(source["software"]), modelDigest: text(source["model_sha256"]),
      generated: text(source["generated"]))
    if let calibration = source["calibration"] {
      provenance.calibration = Calibration(
        method: Calibration.Method(rawValue: text(calibration["method"])) ?? .none,
        dataset: text(calibration["dataset"]), count: calibration["n"]?.integer ?? 0,
        expectedError: calibration["ece"]?.number)
    }
    let images = (json["images"]?.array ?? []).map { image in
      ReportContext.Image(
        instanceUID: text(image["sop_uid"]), view: View(rawValue: text(image["view"])) ?? .unknown,
        digest: text(image["sha256"]), width: 0, height: 0)
    }
    var context = ReportContext(images: images, provenance: provenance)
    context.studyUID = text(json["study_uid"])
    context.sex = Sex(rawValue: text(json["patient"]?["sex"])) ?? .unknown
    context.ageYears = json["patient"]?["age_years"]?.number
    context.complaint = json["complaint"]?.string.map { Complaint(text: $0) }
    self.init(
      context: context, text: text(json["text"]), isComplete: json["complete"]?.boolean ?? true,
      findings: (json["findings"]?.array ?? []).compactMap(Estimate.init),
      classes: (json["classes"]?.array ?? []).compactMap(Estimate.init))
  }
}

extension PlainAnswer.Estimate {
  fileprivate var json: JSON { ["name": .string(name), "probability": .number(probability)] }

  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let probability = json["probability"]?.number else { return nil }
    self.init(name, probability)
  }
}
