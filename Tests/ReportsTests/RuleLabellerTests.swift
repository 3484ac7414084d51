import Studies
import Testing

@testable import Reports

@Suite struct RuleLabellerTests {
  /// As in "pleural_effusion present left".
  static func words(_ label: FindingLabel) -> String {
    [label.code.rawValue, label.presence.rawValue, label.laterality?.rawValue].compactMap { $0 }
      .joined(separator: " ")
  }

  @Test(arguments: [
    ("左侧大量胸腔积液。", ["pleural_effusion present left"]),
    ("Large left pleural effusion.", ["pleural_effusion present left"]),
    ("未见气胸及胸腔积液。", ["pneumothorax absent", "pleural_effusion absent"]),
    (
      "No pneumothorax, pleural effusion or consolidation.",
      ["pneumothorax absent", "pleural_effusion absent", "consolidation absent"]
    ),
    ("可疑右上肺野结节。", ["nodule uncertain right"]),
    ("Possible nodule in the right upper zone.", ["nodule uncertain right"]),
    ("Pneumothorax cannot be excluded.", ["pneumothorax uncertain"]),
    ("右肺实变，不除外左侧气胸。", ["consolidation present right", "pneumothorax uncertain left"]),
    ("心影不大，双侧肋膈角锐利。", ["cardiomegaly absent", "pleural_effusion absent bilateral"]),
    ("Heart size is normal. The lungs are clear.", ["cardiomegaly absent", "normal present"]),
    ("盘状肺不张", ["plate_like_atelectasis present"]),
    ("双肺网状结节影，无气胸", ["reticulonodular_pattern present bilateral", "pneumothorax absent"]),
    ("Masses in both lungs but no nodules", ["mass present bilateral", "nodule absent"]),
    ("心包积液。皮下气肿。", []),
    ("Massive pericardial effusion", []),
    (
      "Moderate consolidation in the right lower zone and small left pleural effusion; pneumonia is likely.",
      ["consolidation present right", "pleural_effusion present left"]
    ),
    (
      "右下肺野中度实变，左侧少量胸腔积液，结合急性起病的病史考虑肺炎。",
      ["consolidation present right", "pleural_effusion present left"]
    ),
    ("Not assessed: pleural effusion.", ["pleural_effusion not_assessed"]),
    ("气胸：未评估。", ["pneumothorax not_assessed"]),
    ("左侧气胸。右侧气胸。", ["pneumothorax present bilateral"]),
    ("No effusion on the left. Right effusion.", ["pleural_effusion present right"]),
    ("Large left pneumothorax; without injury, spontaneous.", ["pneumothorax present left"]),
    ("2.5 cm nodule", ["nodule present"]),
    ("The chest tube is in place", ["chest_tube present"]),
    ("", []),
  ])
  func aTextGivesItsLabels(text: String, expected: [String]) {
    #expect(RuleLabeller().labels(of: text).map(Self.words) == expected, "\(text)")
  }

  /// Every finding of the catalogue, in every presence and side, as the sentences of reports say it.
  @Test(arguments: ClinicalDraft.findingCodes)
  func theSentencesOfReportsSayWhatTheirFieldsSayInBothLanguages(code: FindingCode) {
    for presence in Presence.allCases {
      for side in FindingRules.lateralities(of: code, presence) {
        for location in FindingRules.locations(of: code, presence, side) {
          for severity in FindingRules.severities(presence) {
            let finding = Finding(
              code: code, presence: presence, laterality: side, location: location, severity: severity)
            let sentence = ClinicalKnowledge.sentence(for: finding)
            let named: Laterality? = [.left, .right, .bilateral].contains(side) ? side : nil
            for text in [sentence.chinese, sentence.english] {
              let labels = RuleLabeller().labels(of: text)
              // A place such as the middle lobe names its side itself.
              let expected = named ?? (location == .rightMiddleLobe ? .right : nil)
              #expect(
                labels == [
                  FindingLabel(
                    code: code, presence: presence, laterality: code.isSided ? expected : nil,
                    severity: severity == Severity.none ? nil : severity)
                ],
                "\(text) \(labels.map(Self.words))")
            }
          }
        }
      }
    }
  }

  /// The impression of each diagnosis with each finding that supports it.
  @Test(arguments: ClinicalKnowledge.diagnoses)
  func theImpressionsOfBothLanguagesYieldTheSameLabels(icd10: String) {
    for code in ClinicalKnowledge.supportingFindings(of: icd10) {
      let finding = Finding(
        code: code, presence: .present, laterality: code.isSided ? .right : Laterality.none,
        location: code.isSided ? .lowerZone : nil, severity: .moderate)
      let sentence = ClinicalKnowledge.impression(of: icd10, findings: [finding])
      let expected = [
        FindingLabel(
          code: code, presence: .present, laterality: code.isSided ? .right : nil, severity: .moderate)
      ]
      #expect(RuleLabeller().labels(of: sentence.chinese) == expected, "\(sentence.chinese)")
      #expect(RuleLabeller().labels(of: sentence.english) == expected, "\(sentence.english)")
      #expect(DiseaseWords.agree(chinese: sentence.chinese, english: sentence.english), "\(sentence.english)")
    }
    let clear = ClinicalKnowledge.impression(of: icd10, findings: [])
    for text in [clear.chinese, clear.english] {
      #expect(RuleLabeller().labels(of: text) == [FindingLabel(code: .normal, presence: .present)], "\(text)")
    }
  }

  @Test func aVectorOfFourteenObservationsFollowsFromTheLabels() {
    let vector = Observation.vector(
      of: RuleLabeller().labels(of: "Left effusion. No pneumothorax. Possible mass."))
    let said = Dictionary(uniqueKeysWithValues: zip(Observation.allCases, vector)).compactMapValues { $0 }
    #expect(said == [.pleuralEffusion: .present, .pneumothorax: .absent, .lungLesion: .uncertain])
    #expect(vector.count == 14)
  }
}
