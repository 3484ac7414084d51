public import Groundwork

/// What brings the patient, in the patient's or the referrer's words.
public struct Complaint: Equatable, Sendable {
  public enum Language: String, CaseIterable, Sendable {
    case chinese = "zh"
    case english = "en"
  }

  public var text: String
  /// nil: unknown.
  public var language: Language?
  public var entities: [Entity]
  public var extra: JSONObject

  public init(
    text: String, language: Language? = nil, entities: [Entity] = [], extra: JSONObject = JSONObject()
  ) {
    self.text = text
    self.language = language
    self.entities = entities
    self.extra = extra
  }

  /// A named thing in the text: Unicode scalars `start` up to, not including, `end`.
  public struct Entity: Equatable, Sendable {
    public var start: Int
    public var end: Int
    /// As in "Symptom" or "Duration".
    public var type: String
    public var extra: JSONObject

    public init(start: Int, end: Int, type: String, extra: JSONObject = JSONObject()) {
      self.start = start
      self.end = end
      self.type = type
      self.extra = extra
    }
  }

  /// The words of an entity; nil when its offsets lie outside the text.
  public func text(of entity: Entity) -> String? {
    let scalars = text.unicodeScalars
    guard entity.start >= 0, entity.start <= entity.end,
      let start = scalars.index(scalars.startIndex, offsetBy: entity.start, limitedBy: scalars.endIndex),
      let end = scalars.index(start, offsetBy: entity.end - entity.start, limitedBy: scalars.endIndex)
    else { return nil }
    return String(scalars[start..<end])
  }
}
