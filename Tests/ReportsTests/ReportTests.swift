import Foundation
import Groundwork
import Imaging
import Studies
import Testing

@testable import Reports

/// Set `LIGHTBOX_WRITE_FIXTURES=1` to write the example report anew.
@Suite struct ReportTests {
  @Test func theExampleReportIsTheOneCheckedIn() throws {
    let text = Examples.report.json.text(pretty: true) + "\n"
    if ProcessInfo.processInfo.environment["LIGHTBOX_WRITE_FIXTURES"] == "1" {
      let url = Fixtures.root.appendingPathComponent("Tests/ReportsTests/Fixtures/report_example.json")
      try Data(text.utf8).write(to: url)
    }
    #expect(try Fixtures.json("report_example.json").text(pretty: true) + "\n" == text)
  }

  @Test func theReportIsValidAndConsistentAndReadsBack() throws {
    let report = Examples.report
    #expect(report.status == .preliminary)
    #expect(report.violations == [])
    try JSONSchema(Report.schemaJSON).check(report.json)
    #expect(try Report(parsing: try JSON(parsing: report.json.text())) == report)
  }

  @Test func redFlagsComeFirstAndTheClassifierAddsWhatIsAbsent() {
    let report = Examples.report
    #expect(
      report.findings.map(\.code) == [
        .pleuralEffusion, .consolidation, .nodule, .mass, .cardiomegaly, .pneumothorax,
      ])
    #expect(report.findings.map(\.id) == ["f1", "f2", "f3", "f4", "f5", "f6"])
    #expect(
      report.findings.map(\.presence) == [.present, .present, .uncertain, .uncertain, .absent, .absent])
    #expect(report.findings.map(\.band) == [.high, .high, .moderate, .moderate, .low, .low])
    #expect(report.critical == [.init(findingID: "f1", rule: .largeEffusion)])
    #expect(report.impression.map(\.findingIDs) == [["f2"], ["f1"]])
    #expect(report.differential.map(\.supporting) == [["f1", "f2"], ["f1", "f2", "f3", "f4"]])
    #expect(
      report.limits == [.noPrior, .quality, .freeAirAndTubePositions, .findingFromClassifierOnly])
  }

  @Test func aFindingTheClassifierIsSureOfIsNotLostForTheModelsSilence() {
    var support = Examples.support
    support.probabilities[.pneumothorax] = 0.93
    let report = Report(draft: Examples.draft, support: support, context: Examples.context)
    let added = report.findings.first { $0.code == .pneumothorax }
    #expect(added?.presence == .uncertain)
    #expect(added?.laterality == .unknown)
    #expect(report.limits.contains(.findingFromClassifierOnly))
    #expect(report.violations == [])
  }

  @Test func aStudyWithoutFindingsIsNormal() throws {
    let draft = ClinicalDraft(impression: [BilingualText("心肺未见明显异常。", "Heart and lungs are clear.")])
    let report = Report(draft: draft, context: Examples.context)
    #expect(report.findings.map(\.code) == [.normal])
    #expect(report.impression.first?.findingIDs == ["f1"])
    #expect(report.status == .preliminary)
    #expect(report.violations == [])
    try JSONSchema(Report.schemaJSON).check(report.json)
  }

  @Test func anAbstentionSaysWhyAndNothingElse() throws {
    let report = Report(abstaining: .init([.view, .quality]), context: Examples.context)
    #expect(report.status == .abstained)
    #expect(report.findings.isEmpty && report.impression.isEmpty && report.violations.isEmpty)
    try JSONSchema(Report.schemaJSON).check(report.json)
    #expect(try Report(parsing: report.json) == report)
  }

  @Test func theUIDFollowsFromTheInputsAlone() throws {
    let uid = Examples.report.uid
    var context = Examples.context
    context.provenance.generated = "2030-01-01T00:00:00Z"
    #expect(Report(draft: Examples.draft, context: context).uid == uid)
    context.provenance.seed = 8
    let other = Report(draft: Examples.draft, context: context).uid
    #expect(other != uid)
    // A UUID of version 8 and the variant of RFC 9562.
    let value = try #require(UInt128(uid.dropFirst(5)))
    #expect(value >> 76 & 0xF == 8)
    #expect(value >> 62 & 3 == 2)
    #expect(uid.utf8.count <= 64)
  }

  @Test func theDraftOfAReportIsTheOneItWasMadeFrom() throws {
    var study = Study(id: "s1", complaint: Complaint(text: "咳嗽"))
    #expect(try ClinicalDraft(reference: study) == nil)
    study.report = Examples.report.json
    let draft = try #require(try ClinicalDraft(reference: study))
    // The mass is the classifier's alone.
    #expect(
      Set(draft.findings.map(\.code)) == Set(Examples.draft.findings.map(\.code)).union([.mass]))
    #expect(draft.impression == Examples.draft.impression)
    #expect(draft.differential == Examples.draft.differential)
    #expect(draft.recommendation == Examples.draft.recommendation)
    #expect(draft.urgency == .critical)
    #expect(try ClinicalDraft(parsing: draft.text) == draft)
  }

  @Test func aReferenceThatContradictsItselfIsRefused() throws {
    var study = Study(id: "s1", complaint: Complaint(text: "咳嗽"))
    var report = Examples.report
    report.findings[0].laterality = .right
    study.report = report.json
    #expect(throws: ReportsError.self) { try ClinicalDraft(reference: study) }
  }

  /// What phantoms show yields references and targets that nothing had to be repaired in.
  @Test func everyPhantomYieldsAConsistentReportAndATrainingTarget() throws {
    let generator = try PhantomGenerator(seed: 4, size: 64)
    for index in 0..<60 {
      var (study, _) = generator.study(index)
      let report = Report.compose(from: study, context: Examples.context)
      #expect(report.status == .preliminary, "\(report.limits)")
      study.report = report.json
      let draft = try #require(try ClinicalDraft(reference: study))
      #expect(draft.impression == ClinicalDraft(statedBy: study).impression)
      #expect(try ClinicalDraft(parsing: draft.text) == draft)
      #expect(draft.findings.map(\.code) == study.presentFindings.map(\.code).filter { $0 != .normal })
    }
  }

  /// Each diagnosis with the findings that support it, on either side.
  @Test(arguments: ClinicalKnowledge.diagnoses)
  func everyStatedStudyYieldsAConsistentReportAndATrainingTarget(icd10: String) throws {
    for side in [Laterality.left, .right, .bilateral] {
      for severity in Severity.allCases {
        let findings = ClinicalKnowledge.supportingFindings(of: icd10).map {
          Finding(
            code: $0, presence: .present, laterality: $0.isSided ? side : nil, location: .lowerZone,
            severity: severity, box: Imaging.PixelBox(x: 10, y: 10, width: 50, height: 60))
        }
        let absent = Finding(code: .pneumomediastinum, presence: .absent)
        var study = Study(
          id: "s1", complaint: Complaint(text: "咳嗽"), ageYears: 40, sex: .male, findings: findings + [absent],
          diagnoses: [Diagnosis(icd10: icd10)])
        let report = Report.compose(from: study, context: Examples.context)
        #expect(report.status == .preliminary, "\(report.limits)")
        #expect(report.findings.contains { $0.code == .pneumomediastinum && $0.presence == .absent })
        study.report = report.json
        let draft = try #require(try ClinicalDraft(reference: study))
        #expect(try ClinicalDraft(parsing: draft.text) == draft)
        // Composing repaired nothing: what the record states is what the target says.
        #expect(draft.impression == ClinicalDraft(statedBy: study).impression)
      }
    }
  }
}
