internal import Studies

/// The rules of `ClinicalDraft.checkConsistency` as a draft is written: each finding and diagnosis once, sides, places and
/// severities that go together with their finding, and critical once a critical rule has fired.
public struct DraftRules: GrammarRules {
  public struct Memory: Hashable, BitwiseCopyable, Sendable {
    var findings: UInt128 = 0
    var diagnoses: UInt128 = 0
    var isCritical = false
    // The finding that is being written.
    var code: UInt8 = 0
    var presence: UInt8 = 0
    var laterality: UInt8 = 0
  }

  /// Which choice of the grammar is which.
  private enum Role: Sendable {
    case code, presence, laterality, location, severity, diagnosis, urgency, other
  }

  private let roles: [Role]
  private let findingsArray: Int?
  private let differentialArray: Int?
  private let codeCount: Int
  private let diagnosisCount: Int
  private let urgencyWhenCritical: UInt128
  private let criticalDiagnoses: UInt128
  // For each code and presence, and (but for severities) each laterality: which members go with them.
  private var lateralities: [UInt128] = []
  private var locations: [UInt128] = []
  private var severities: [UInt128] = []
  /// The severities that make such a finding critical.
  private var criticalSeverities: [UInt128] = []

  public var initial: Memory { Memory() }

  /// `grammar`: the one compiled from `ClinicalDraft.schemaJSON`.
  init(grammar: Grammar) {
    let roleOfPath: [String: Role] = [
      "findings.code": .code, "findings.presence": .presence, "findings.laterality": .laterality,
      "findings.location": .location, "findings.severity": .severity, "differential": .diagnosis,
      "urgency": .urgency,
    ]
    roles = grammar.choices.map { roleOfPath[$0.path] ?? .other }
    findingsArray = grammar.repetitions.firstIndex { $0.path == "findings" }
    differentialArray = grammar.repetitions.firstIndex { $0.path == "differential" }
    codeCount = ClinicalDraft.findingCodes.count
    diagnosisCount = DiagnosisCode.all.count
    urgencyWhenCritical = Self.bits(Urgency.allCases.map { $0 == .critical })
    criticalDiagnoses = Self.bits(
      DiagnosisCode.all.map { CriticalRule.fired(by: $0.icd10) != nil })
    for code in ClinicalDraft.findingCodes {
      for presence in Presence.allCases {
        let sides = FindingRules.lateralities(of: code, presence)
        lateralities.append(Self.bits(Laterality.allCases.map(sides.contains)))
        let levels = FindingRules.severities(presence)
        severities.append(Self.bits(Severity.allCases.map(levels.contains)))
        for laterality in Laterality.allCases {
          let places = FindingRules.locations(of: code, presence, laterality)
          locations.append(Self.bits((Location.allCases.map(Optional.some) + [nil]).map(places.contains)))
          criticalSeverities.append(
            Self.bits(
              Severity.allCases.map { severity in
                !ClinicalDraft.Statement(
                  code: code, presence: presence, laterality: laterality, severity: severity
                ).criticalRules.isEmpty
              }))
        }
      }
    }
  }

  private static func bits(_ flags: [Bool]) -> UInt128 {
    flags.enumerated().reduce(0) { $1.element ? $0 | 1 << UInt128($1.offset) : $0 }
  }

  public func members(of choice: Int, _ memory: Memory) -> UInt128 {
    switch roles[choice] {
    case .code: ~memory.findings
    case .laterality: lateralities[pair(memory)]
    case .location: locations[triple(memory)]
    case .severity: severities[pair(memory)]
    case .diagnosis: ~memory.diagnoses
    case .urgency: memory.isCritical ? urgencyWhenCritical : UInt128.max
    case .presence, .other: UInt128.max
    }
  }

  public func note(_ member: Int, of choice: Int, _ memory: inout Memory) {
    let bit: UInt128 = 1 << UInt128(member)
    switch roles[choice] {
    case .code:
      memory.findings |= bit
      memory.code = UInt8(member)
    case .presence: memory.presence = UInt8(member)
    case .laterality: memory.laterality = UInt8(member)
    case .severity:
      if criticalSeverities[triple(memory)] & bit != 0 { memory.isCritical = true }
      // What follows does not depend on the finding any more.
      (memory.code, memory.presence, memory.laterality) = (0, 0, 0)
    case .diagnosis:
      memory.diagnoses |= bit
      if criticalDiagnoses & bit != 0 { memory.isCritical = true }
    case .location, .urgency, .other: break
    }
  }

  public func mayAdd(to array: Int, _ memory: Memory) -> Bool {
    if array == findingsArray { return memory.findings.nonzeroBitCount < codeCount }
    if array == differentialArray { return memory.diagnoses.nonzeroBitCount < diagnosisCount }
    return true
  }

  private func pair(_ memory: Memory) -> Int {
    Int(memory.code) * Presence.allCases.count + Int(memory.presence)
  }

  private func triple(_ memory: Memory) -> Int {
    pair(memory) * Laterality.allCases.count + Int(memory.laterality)
  }
}

extension ClinicalDraft {
  public typealias Constraint = GrammarConstraint<DraftRules>

  private static let automaton = Result { () throws(ReportsError) in
    let grammar = try Grammar(schema: schemaJSON)
    return GrammarAutomaton(grammar: grammar, rules: DraftRules(grammar: grammar))
  }

  /// What guides a model in writing a draft of at most `budget` tokens: whatever it prefers, the text parses, and the draft is
  /// consistent.
  ///
  /// Throws `ReportsError.budgetTooSmall` when not even an empty draft fits.
  public static func constraint(
    vocabulary: GrammarVocabulary, budget: Int
  ) throws(ReportsError) -> Constraint {
    try Constraint(automaton: automaton.get(), vocabulary: vocabulary, budget: budget)
  }
}
