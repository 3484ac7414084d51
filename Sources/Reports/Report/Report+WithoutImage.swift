internal import Studies

extension Report {
  /// Without an image nothing that an image shows is assessed, whatever the draft says of it. Its diagnoses and its advice stay,
  /// for they may rest on the complaint.
  mutating func withholdFindings() {
    var codes = findings.map(\.code).filter { $0 != .normal }
    for code in [FindingCode.pneumothorax, .pleuralEffusion, .consolidation, .cardiomegaly]
    where !codes.contains(code) {
      codes.append(code)
    }
    findings = codes.map { code in
      let finding = Finding(code: code, presence: .notAssessed, laterality: Laterality.none)
      return Item(
        id: "", code: code, presence: .notAssessed, laterality: .none, locations: [], severity: .none,
        change: context.priorStudyUID == nil ? .noPrior : nil, evidence: [],
        text: ClinicalKnowledge.sentence(for: finding))
    }
    sortFindings()
  }

  /// The impression of a study without an image.
  var impressionOfNothing: Conclusion {
    Conclusion(
      text: BilingualText("未见影像，未作影像学评估。", "No image was seen, and nothing was assessed on one."),
      findingIDs: positiveIDs)
  }
}
