import Groundwork
import Studies
import Testing

@testable import Reports

@Suite struct ClinicalDraftTests {
  static let example = ClinicalDraft(
    findings: [
      .init(
        code: .pleuralEffusion, presence: .present, laterality: .left, location: .lowerZone,
        severity: .moderate)
    ],
    impression: [BilingualText("左侧\"中等量\"胸腔积液。", "Moderate left effusion.")],
    differential: DiagnosisCode(icd10: "J90").map { [$0] } ?? [],
    recommendation: [
      .init(
        text: BilingualText("建议超声检查。", "Ultrasound is advised."), within: .oneWeek)
    ])

  @Test func theTextIsCompactAndInTheOrderOfTheContract() {
    #expect(
      Self.example.text
        == #"{"findings":[{"code":"pleural_effusion","presence":"present","laterality":"left","#
        + #""location":"lower_zone","severity":"moderate"}],"#
        + #""impression":[{"zh":"左侧\"中等量\"胸腔积液。","en":"Moderate left effusion."}],"#
        + #""differential":["J90"],"recommendation":[{"zh":"建议超声检查。","#
        + #""en":"Ultrasound is advised.","within":"P1W"}],"urgency":"routine"}"#)
  }

  @Test func aDraftReadsBackAsItWasWritten() throws {
    #expect(try ClinicalDraft(parsing: Self.example.text) == Self.example)
  }

  /// A change of the example's text, and the place the refusal must name.
  @Test(arguments: [
    (#""left""#, #""midline""#, "findings[0].laterality"),
    (#""left""#, #""none""#, "findings[0].laterality"),
    (#""lower_zone""#, #""heart""#, "findings[0].location"),
    (#""lower_zone""#, #""right_middle_lobe""#, "findings[0].location"),
    (#""present""#, #""absent""#, "findings[0].location"),
    (#""pleural_effusion""#, #""cardiomegaly""#, "findings[0].laterality"),
    (#""pleural_effusion""#, #""normal""#, "findings[0].code"),
    (#""moderate""#, #""severe""#, "urgency"),
    (#"["J90"]"#, #"["J90","J90"]"#, "differential[1]"),
    (#"["J90"]"#, #"["I71.0"]"#, "urgency"),
    (#""P1W""#, #""P8D""#, "recommendation[0].within"),
    (#"{"findings""#, #"{"note":1,"findings""#, "the top"),
  ])
  func anInconsistentDraftIsRefusedWithItsPlace(old: String, new: String, place: String) throws {
    let text = Self.example.text.replacing(old, with: new)
    #expect(text != Self.example.text)
    let error = #expect(throws: ReportsError.self) { try ClinicalDraft(parsing: text) }
    #expect(error?.sentence.contains("at \(place),") == true, "\(String(describing: error))")
    #expect(error?.fault == .data)
  }

  @Test func aFindingStatedTwiceIsRefused() {
    var draft = Self.example
    draft.findings.append(.init(code: .pleuralEffusion, presence: .absent))
    #expect(throws: ReportsError.self) { try ClinicalDraft(parsing: draft.text) }
  }

  @Test func criticalRulesFireOnWhatIsPresentOnly() {
    func rules(_ code: FindingCode, _ presence: Presence, _ side: Laterality, _ severity: Severity)
      -> [CriticalRule]
    {
      ClinicalDraft.Statement(code: code, presence: presence, laterality: side, severity: severity)
        .criticalRules
    }
    #expect(rules(.pleuralEffusion, .present, .left, .severe) == [.largeEffusion])
    #expect(rules(.pleuralEffusion, .uncertain, .left, .severe).isEmpty)
    #expect(rules(.pleuralEffusion, .present, .left, .moderate).isEmpty)
    #expect(rules(.pneumothorax, .present, .right, .severe) == [.largePneumothorax])
    #expect(rules(.pulmonaryOedema, .present, .bilateral, .severe) == [.acutePulmonaryOedema])
  }

  @Test(arguments: [
    ("P1W", FollowUp.oneWeek), ("P7D", .oneWeek), ("P10D", .oneWeek), ("PT24H", .oneDay), ("PT30M", .oneHour),
    ("PT0S", .oneHour),
    ("P3M", .threeMonths), ("P12M", .oneYear), ("P2Y", .oneYear), ("P4W", .fourWeeks),
  ])
  func aDurationIsTakenAsTheLongestOfOursNoLongerThanIt(duration: String, expected: FollowUp) {
    #expect(FollowUp(noLongerThan: duration) == expected)
  }

  @Test(arguments: ["", "P", "1W", "P-1D", "PXD", "P1H", "P99999999999999999999D"])
  func whatIsNoDurationIsRefused(duration: String) { #expect(FollowUp(noLongerThan: duration) == nil) }
}
