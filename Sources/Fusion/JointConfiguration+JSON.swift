import DeepSeek
import Groundwork
import Vision

/// config.json of a joint model: the text model's and the vision encoder's own configurations side by side.
extension JointConfiguration {
  static let architecture = "LightboxJointModel"

  /// Reads a joint model's config.json, or a text model's.
  public init(_ json: JSON) throws {
    guard json["architectures"]?.array?.first?.string == Self.architecture else {
      try self.init(text: TextConfiguration(json))
      return
    }
    guard let text = json["text_config"] else {
      throw FusionError.configuration(path: "config.json", key: "text_config", reason: "is missing")
    }
    let vision = json["vision_config"].flatMap { $0.isNull ? nil : $0 }
    try self.init(
      text: TextConfiguration(text),
      vision: vision.map { try VisionConfiguration($0, hasPooler: $0["has_pooler"]?.boolean ?? false) },
      fusion: json["fusion_config"].flatMap { $0.isNull ? nil : $0 }.map(Self.fusion),
      heads: Self.heads(json["heads"] ?? .null), task: Self.task(json["task"] ?? .null),
      calibration: Calibration(json["calibration"] ?? .null))
  }

  public var json: JSON {
    var vision = self.vision?.json.object
    vision?["has_pooler"] = .boolean(self.vision?.hasPooler ?? false)
    return [
      "architectures": [.string(Self.architecture)], "model_type": "lightbox_joint", "text_config": text.json,
      "vision_config": vision.map(JSON.object) ?? .null,
      "fusion_config": fusion.map(Self.json) ?? .null,
      "heads": [
        "findings": .array(heads.findings.map(JSON.string)),
        "classes": .array(heads.classes.map(JSON.string)),
        "class_source": .string(heads.classSource.rawValue),
      ],
      "task": [
        "reads_complaint": .boolean(task.readsComplaint), "sees_images": .boolean(task.seesImages),
        "answer": .string(task.answer.rawValue),
      ], "calibration": calibration.json,
    ]
  }

  private static func json(_ fusion: FusionConfiguration) -> JSON {
    [
      "every": .integer(fusion.every), "heads": .integer(fusion.heads),
      "feed_forward_size": .integer(fusion.feedForwardSize), "gate": .string(fusion.gate.rawValue),
      "latents": .integer(fusion.latents), "resampler_layers": .integer(fusion.resamplerLayers),
      "finding_tokens": .boolean(fusion.findingTokens),
    ]
  }

  private static func fusion(_ json: JSON) throws -> FusionConfiguration {
    func integer(_ key: String) throws -> Int {
      guard let value = json[key]?.integer else {
        throw FusionError.configuration(
          path: "config.json", key: "fusion_config.\(key)", reason: "must be a whole number")
      }
      return value
    }
    guard let gate = FusionConfiguration.Gate(rawValue: json["gate"]?.string ?? "") else {
      throw FusionError.configuration(
        path: "config.json", key: "fusion_config.gate", reason: "must be tanh or zero-output")
    }
    return FusionConfiguration(
      every: try integer("every"), heads: try integer("heads"),
      feedForwardSize: try integer("feed_forward_size"),
      gate: gate, latents: try integer("latents"), resamplerLayers: try integer("resampler_layers"),
      findingTokens: json["finding_tokens"]?.boolean ?? false)
  }

  private static func heads(_ json: JSON) throws -> HeadConfiguration {
    let source = json["class_source"]?.string ?? "label"
    guard let classSource = HeadConfiguration.ClassSource(rawValue: source) else {
      throw FusionError.configuration(
        path: "config.json", key: "heads.class_source", reason: "must be label or diagnosis")
    }
    return HeadConfiguration(
      findings: (json["findings"]?.array ?? []).compactMap(\.string),
      classes: (json["classes"]?.array ?? []).compactMap(\.string), classSource: classSource)
  }

  private static func task(_ json: JSON) throws -> TaskConfiguration {
    let answer = json["answer"]?.string ?? TaskConfiguration.Answer.none.rawValue
    guard let answer = TaskConfiguration.Answer(rawValue: answer) else {
      throw FusionError.configuration(
        path: "config.json", key: "task.answer", reason: "must be report, text or none")
    }
    return TaskConfiguration(
      readsComplaint: json["reads_complaint"]?.boolean ?? true,
      seesImages: json["sees_images"]?.boolean ?? true,
      answer: answer)
  }
}
