public import Studies

extension ClinicalDraft.Statement {
  /// The statement as a study record would make it.
  public var finding: Finding {
    Finding(
      code: code, presence: presence, laterality: laterality, location: location, severity: severity)
  }

  /// The critical rules that this statement fires.
  public var criticalRules: [CriticalRule] { CriticalRule.fired(by: [finding]).map(\.rule) }
}

extension ClinicalDraft {
  /// Whether any finding or diagnosis fires a critical rule (危急值).
  public var isCritical: Bool {
    findings.contains { !$0.criticalRules.isEmpty }
      || differential.contains { CriticalRule.fired(by: $0.icd10) != nil }
  }
}
