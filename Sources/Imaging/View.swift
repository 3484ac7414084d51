/// The projection of a chest radiograph, by its name in the study record.
public enum View: String, CaseIterable, Sendable {
  case posteroanterior = "PA"
  case anteroposterior = "AP"
  case anteroposteriorSupine = "AP_SUPINE"
  case lateral = "LATERAL"
  case other = "OTHER"
  case unknown = "UNKNOWN"

  /// Whether heart and lungs are seen from the front or the back.
  public var isFrontal: Bool {
    self == .posteroanterior || self == .anteroposterior || self == .anteroposteriorSupine
  }
}

/// Who said what the view is.
public enum ViewSource: String, CaseIterable, Sendable {
  case tag, model, user
}
