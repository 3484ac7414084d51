import Reports
import Studies
import Testing

@testable import Evaluation

@Suite struct ReportQualityTests {
  static func draft(
    _ side: Laterality = .left, _ presence: Presence = .present, icd10: [String] = ["J90", "J18.9"],
    urgency: Urgency = .urgent
  ) -> String {
    ClinicalDraft(
      findings: [
        .init(
          code: .pleuralEffusion, presence: presence, laterality: presence == .absent ? .none : side,
          severity: presence == .absent ? .none : .moderate)
      ], impression: [BilingualText("胸腔积液。", "Pleural effusion.")],
      differential: icd10.compactMap { DiagnosisCode(icd10: $0) }, urgency: urgency
    ).text
  }

  @Test func structuredReportsAreComparedByTheirFields() throws {
    let quality = ReportQuality([
      .init(text: Self.draft(.left), reference: Self.draft(.left)),
      .init(text: Self.draft(.right, icd10: ["J18.9", "J90"]), reference: Self.draft(.left)),
      .init(text: Self.draft(.left, .absent, icd10: []), reference: Self.draft(.left)),
      .init(text: "{\"findings\":", reference: Self.draft(.left, urgency: .routine)),
    ])
    #expect(quality.validityRate == 0.75)
    #expect(quality.distinctRatio == 1)
    let effusion = try #require(quality.findings[.pleuralEffusion])
    #expect((effusion.truePositives, effusion.falseNegatives) == (2, 2))
    #expect(quality.polarityFlipRate == 1.0 / 3)
    #expect(quality.lateralityAccuracy == 0.5)
    #expect(quality.topDiagnosis == 0.25)
    #expect(quality.topThreeDiagnoses == 0.5)
    #expect(quality.urgencyAccuracy == 0.75)
  }

  /// Overlap of words hardly sees a lost "No"; what is stated turns round.
  @Test func aLostNegationIsSeenByThePolarityAndNotByTheWords() throws {
    let reference = "No pleural effusion or pneumothorax. Heart size is normal. Lungs are clear."
    let text = "Pleural effusion or pneumothorax. Heart size is normal. Lungs are clear."
    #expect(BLEU.sentence(text, references: [reference], tokens: .thirteenA).score > 70)
    let quality = ReportQuality([.init(text: text, reference: reference)])
    let rate = try #require(quality.polarityFlipRate)
    #expect(rate == 2.0 / 3)
    #expect(quality.findings[.pneumothorax]?.falsePositives == 1)
  }

  @Test func aWriterThatRepeatsItselfShows() {
    let same = [ReportQuality.Pair](repeating: .init(text: "No effusion.", reference: "Effusion."), count: 4)
    #expect(ReportQuality(same).distinctRatio == 0.25)
    #expect(ReportQuality.repetition("no effusion is seen today") == 0)
    #expect(ReportQuality.repetition("心影不大。心影不大。心影不大。") == 5.0 / 9)
    #expect(ReportQuality.repetition("") == 0)
  }

  @Test func aWholeReportStatesWhatIsAbsentToo() {
    var support = Report.Support()
    support.absent = [.pneumothorax]
    let draft = try? ClinicalDraft(parsing: Self.draft())
    let digest = String(repeating: "0", count: 64)
    let image = ReportContext.Image(
      instanceUID: "1.2.3", view: .posteroanterior, digest: digest, width: 100, height: 100)
    let context = ReportContext(
      images: [image], provenance: Provenance(software: "test", generated: "2026-11-24T00:00:00Z"))
    let report = draft.map { Report(draft: $0, support: support, context: context) }
    let stated = StatedReport(report?.json.text() ?? "")
    #expect(stated.isValid)
    #expect(stated.label(of: .pneumothorax)?.presence == .absent)
    #expect(stated.label(of: .pleuralEffusion)?.laterality == .left)
  }
}
