import Imaging
import Studies

@testable import Reports

/// A study of two images, and what a model and a classifier might say about it.
enum Examples {
  static let context: ReportContext = {
    var context = ReportContext(
      images: [
        .init(
          instanceUID: "1.2.3.1", view: .posteroanterior, viewSource: .tag, pixelPolicy: .window,
          digest: String(repeating: "ab", count: 32), width: 2000, height: 2400),
        .init(
          instanceUID: "1.2.3.2", view: .lateral, viewSource: .model, pixelPolicy: .percentile,
          isInverted: true,
          digest: String(repeating: "cd", count: 32), width: 2000, height: 2400),
      ],
      provenance: Provenance(
        software: "lightbox test", modelDigest: String(repeating: "12", count: 32),
        tokenizerDigest: String(repeating: "34", count: 32),
        configurationDigest: String(repeating: "56", count: 32), seed: 7,
        calibration: Calibration(method: .temperature, dataset: "phantoms", count: 200, expectedError: 0.03),
        generated: "2026-11-24T09:50:00Z"))
    context.studyUID = "1.2.3"
    context.acquired = "2026-11-23T09:50:00+08:00"
    context.pseudonym = "p0001"
    context.sex = .female
    context.ageYears = 56
    context.complaint = Complaint(
      text: "咳嗽发热三天", language: .chinese,
      entities: [.init(start: 0, end: 2, type: "Symptom"), .init(start: 4, end: 6, type: "Duration")])
    context.complaintCodes = [.cough, .fever]
    context.quality = [QualityNote(code: .positioning, note: "rotated")]
    return context
  }()

  static let draft = ClinicalDraft(
    findings: [
      .init(
        code: .consolidation, presence: .present, laterality: .right, location: .lowerZone,
        severity: .moderate),
      .init(code: .pleuralEffusion, presence: .present, laterality: .left, severity: .severe),
      .init(code: .nodule, presence: .uncertain, laterality: .left, location: .upperZone, severity: .mild),
    ],
    impression: [
      BilingualText("右下肺野中度实变，考虑肺炎。", "Moderate consolidation in the right lower zone; pneumonia is likely."),
      BilingualText("左侧大量胸腔积液。", "Large left pleural effusion."),
    ],
    differential: ["J18.9", "C34.9"].compactMap { DiagnosisCode(icd10: $0) },
    recommendation: [
      .init(text: BilingualText("立即通知临床。", "Inform the referrer at once."), within: .oneHour),
      .init(text: BilingualText("治疗后复查胸片。", "Repeat the radiograph after treatment."), within: .fourWeeks),
    ], urgency: .critical)

  static let support: Report.Support = {
    var support = Report.Support()
    support.probabilities = [
      .consolidation: 0.91, .pleuralEffusion: 0.87, .nodule: 0.44, .pneumothorax: 0.02, .cardiomegaly: 0.11,
      .mass: 0.5,
    ]
    support.evidence = [
      .pleuralEffusion: [
        .init(
          instanceUID: "1.2.3.1", box: Imaging.PixelBox(x: 1204, y: 1310, width: 402, height: 288),
          heatmap: "f1.png")
      ]
    ]
    support.diagnoses = ["J18.9": 0.71]
    return support
  }()

  static var report: Report { Report(draft: draft, support: support, context: context) }
}
