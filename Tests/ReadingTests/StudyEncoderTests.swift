import Fusion
import Groundwork
import Imaging
import Reports
import Studies
import Testing

@testable import Reading

struct StudyEncoderTests {
  @Test func thePromptHoldsWhatTheModelReads() throws {
    let reader = try TinyReader()
    var study = Study(id: "a")
    study.complaint = Complaint(text: "胸痛三天", language: .chinese)
    study.history = "smoker"
    study.sex = .female
    study.ageYears = 61.5
    #expect(reader.interpreter.encoder.prompt(study) == "F 61\n胸痛三天\nsmoker")
    #expect(StudyEncoder.prompt(study, TaskConfiguration(readsComplaint: false)) == "")
  }

  @Test func trainingPutsTheAnswerBehindTheSamePrompt() throws {
    let reader = try TinyReader(answer: .text)
    var study = reader.studies[0].study
    study.reportText = "心影增大。"
    let encoder = reader.interpreter.encoder
    let use = try encoder.encode(study, radiographs: reader.studies[0].images)
    let training = try encoder.encodeForTraining(study, radiographs: reader.studies[0].images)
    #expect(training.promptLength == use.tokens.count)
    #expect(training.tokens[..<training.promptLength] == use.tokens[...])
    #expect(reader.tokenizer.decode(Array(training.tokens[training.promptLength...])) == "心影增大。")
    #expect(training.tokens.last == encoder.template.endToken(of: reader.tokenizer))
    let heads = try encoder.encodeForTraining(study, radiographs: [], withAnswer: false)
    #expect(heads.answerLength == 0)
  }

  @Test func whatARecordDoesNotSayIsUnknown() throws {
    let reader = try TinyReader()
    var study = Study(id: "a")
    study.findings = [Finding(code: .pneumothorax, presence: .absent)]
    let encoded = try reader.interpreter.encoder.encode(study, radiographs: [])
    #expect(encoded.findings == [false, nil])
    #expect(encoded.classIndex == nil)
    study.findings = [
      Finding(code: .pneumothorax, presence: .uncertain), Finding(code: .cardiomegaly, presence: .present),
    ]
    study.diagnoses = [Diagnosis(icd10: "J18.9")]
    let again = try reader.interpreter.encoder.encode(study, radiographs: [])
    #expect(again.findings == [nil, true])
    #expect(again.classIndex == 1)
  }

  @Test func aSequenceThatWouldBeCutIsRefusedByName() throws {
    let reader = try TinyReader(context: 16)
    var study = Study(id: "long-one")
    study.complaint = Complaint(text: String(repeating: "咳嗽。", count: 40), language: .chinese)
    #expect { try reader.interpreter.encoder.encode(study, radiographs: []) } throws: {
      "\($0)".contains("long-one") && "\($0)".contains("16")
    }
  }

  @Test func augmentationIsDrawnAgainFromTheSamePlace() throws {
    let reader = try TinyReader()
    let (study, images) = reader.studies[1]
    func values(_ seed: UInt64) throws -> [Float] {
      try reader.interpreter.encoder.encodeForTraining(
        study, radiographs: images, augmenting: (Augmentation(), PhiloxGenerator(seed: seed))
      ).images[0].values
    }
    #expect(try values(1) == values(1))
    #expect(try values(1) != values(2))
  }

  @Test func aRadiographKeptAtTheEncodersSizeGivesTheSamePixels() throws {
    let reader = try TinyReader()
    let pipeline = try #require(reader.interpreter.encoder.pipeline)
    let image = reader.studies[2].images[0]
    #expect(pipeline.prepare(pipeline.fitted(image)).values == pipeline.prepare(image).values)
  }
}
