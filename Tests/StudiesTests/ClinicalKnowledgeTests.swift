import Testing

@testable import Studies

@Suite struct ClinicalKnowledgeTests {
  @Test func aPhraseSaysSeveritySideAndZoneInBothLanguages() {
    let consolidation = Finding(
      code: .consolidation, presence: .present, laterality: .right, location: .lowerZone, severity: .moderate)
    #expect(
      ClinicalKnowledge.phrase(for: consolidation)
        == BilingualText("右下肺野中度实变", "moderate consolidation in the right lower zone"))
    let effusion = Finding(
      code: .pleuralEffusion, presence: .absent, laterality: .left, location: .lowerZone, severity: .severe)
    #expect(
      ClinicalKnowledge.sentence(for: effusion)
        == BilingualText("未见左侧大量胸腔积液。", "No large left pleural effusion."))
    let heart = Finding(code: .cardiomegaly, presence: .uncertain)
    #expect(ClinicalKnowledge.sentence(for: heart) == BilingualText("可疑心影增大。", "Possible cardiomegaly."))
    let interstitial = Finding(
      code: .interstitialPattern, presence: .present, laterality: .bilateral, location: .upperZone)
    #expect(
      ClinicalKnowledge.phrase(for: interstitial)
        == BilingualText("双侧上肺野间质改变", "interstitial pattern in both upper zones"))
  }

  @Test func anImpressionJoinsWhatIsSeenWithWhatItMeans() {
    let finding = Finding(
      code: .consolidation, presence: .present, laterality: .left, location: .upperZone, severity: .mild)
    let absent = Finding(code: .mass, presence: .absent)
    let impression = ClinicalKnowledge.impression(of: "J18.9", findings: [finding, absent])
    #expect(impression.chinese == "左上肺野轻度实变，结合急性起病的病史考虑肺炎。")
    #expect(
      impression.english
        == "Mild consolidation in the left upper zone; with the acute history, pneumonia is likely.")
    let clear = ClinicalKnowledge.impression(of: "Z00.0", findings: [absent])
    #expect(clear.english.hasPrefix("Heart and lungs are clear; "))
    #expect(ClinicalKnowledge.impression(of: "J47", findings: []).chinese.contains("支气管扩张症"))
  }

  @Test func everyPhantomDiagnosisHasSentencesAndATimeFrame() {
    for icd10 in PhantomCase.diagnoses {
      #expect(ClinicalKnowledge.diagnoses.contains(icd10))
      let recommendation = ClinicalKnowledge.recommendation(for: icd10)
      #expect(recommendation.within.wholeMatch(of: /P(T\d+H|\d+[DWMY])/) != nil)
      #expect(recommendation.text.chinese.hasSuffix("。") && recommendation.text.english.hasSuffix("."))
      #expect(DiagnosisCode(icd10: icd10) != nil)
    }
  }

  @Test func whatACaseShowsSupportsItsDiagnosis() {
    for phantom in PhantomCase.all where !["J20.9", "I26.9", "Z00.0"].contains(phantom.diagnosis) {
      let support = ClinicalKnowledge.supportingFindings(of: phantom.diagnosis)
      #expect(phantom.shows.contains { support.contains($0.code) }, "\(phantom.diagnosis) \(phantom.family)")
    }
  }

  @Test func redFlagsMakeAStudyCritical() {
    func urgency(_ code: FindingCode, _ severity: Severity, _ presence: Presence = .present) -> Urgency {
      ClinicalKnowledge.urgency(
        of: ["J43.9"], findings: [Finding(code: code, presence: presence, severity: severity)])
    }
    #expect(urgency(.pneumothorax, .severe) == .critical)
    #expect(urgency(.pleuralEffusion, .severe) == .critical)
    #expect(urgency(.pulmonaryOedema, .severe) == .critical)
    #expect(urgency(.pneumothorax, .severe, .absent) == .routine)
    #expect(urgency(.pneumothorax, .moderate) == .routine)
    #expect(ClinicalKnowledge.urgency(of: ["J43.9", "J18.9"], findings: []) == .urgent)
    #expect(ClinicalKnowledge.urgency(of: ["I71.0"], findings: []) == .critical)
    #expect(ClinicalKnowledge.urgency(of: [], findings: []) == .routine)
  }
}
