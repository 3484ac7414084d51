import Fusion
import Reports
import Studies
import Testing

@testable import Reading

struct StudyInterpreterTests {
  @Test func evenARandomModelWritesValidReports() throws {
    let reader = try TinyReader()
    let encoded = try reader.encoded()
    for (index, interpretation) in try reader.interpreter.interpret(encoded).enumerated() {
      let draft = try #require(interpretation.draft)
      try draft.checkConsistency()
      #expect(interpretation.isComplete)
      let evidence = try #require(try reader.interpreter.evidence(encoded[index], interpretation))
      let (study, images) = reader.studies[index]
      var context = ReportContext(
        provenance: Provenance(software: "lightbox test", generated: "2026-01-01T00:00:00Z"))
      context.images = images.map { .init($0, digest: String(repeating: "0", count: 64)) }
      context.complaint = study.complaint
      let report = try #require(
        reader.interpreter.report(interpretation, encoded[index], evidence: evidence, context: context))
      #expect(report.status != .rejected)
      #expect(report.violations.isEmpty)
      #expect(try Report(parsing: report.json) == report)
    }
  }

  @Test func aStudyIsReadTheSameAloneAndAmongOthers() throws {
    let reader = try TinyReader()
    let encoded = try reader.encoded()
    let together = try reader.interpreter.interpret(encoded)
    for (index, study) in encoded.enumerated() {
      let alone = try reader.interpreter.interpret([study])[0]
      #expect(alone.text == together[index].text)
      #expect(alone.classLogits == together[index].classLogits)
    }
  }

  /// A random model goes on as long as it may, so that the limit is what ends its answers.
  @Test func anAnswerThatTheLimitShortenedSaysSo() throws {
    let reader = try TinyReader()
    let studies = try reader.encoded()
    let roomy = try StudyInterpreter(reader.interpreter.model, tokenizer: reader.tokenizer, answerLimit: 400)
    let tight = try StudyInterpreter(reader.interpreter.model, tokenizer: reader.tokenizer, answerLimit: 120)
    let (long, short) = (try roomy.interpret(studies), try tight.interpret(studies))
    for (first, second) in zip(long, short) where first.text != second.text {
      #expect(second.isShortened && second.tokens.count < first.tokens.count)
    }
    #expect(short.contains { $0.isShortened })
  }

  @Test func probabilitiesAreProbabilities() throws {
    let reader = try TinyReader()
    for interpretation in try reader.interpreter.interpret(reader.encoded()) {
      #expect(interpretation.findings.allSatisfy { (0.0...1.0).contains($0.probability) })
      #expect(abs(interpretation.classes.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
      let order = interpretation.classes.map { $0.probability }
      #expect(order == order.sorted(by: >))
    }
  }

  /// Damaged weights end in an error that says so, not in a report.
  @Test(arguments: ["model.norm.weight", "heads.findings.weight"], [TaskConfiguration.Answer.report, .none])
  func weightsThatAreNoNumbersAreNamed(parameter: String, answer: TaskConfiguration.Answer) throws {
    let reader = try TinyReader(answer: answer)
    try #require(reader.interpreter.model.parameters[parameter]).tensor.fill(.nan)
    #expect(throws: FusionError.self) { try reader.interpreter.interpret(reader.encoded()) }
  }

  @Test func wordsArriveAsTheyAreWritten() throws {
    let reader = try TinyReader()
    var heard = ["", "", "", ""]
    let answers = try reader.interpreter.interpret(reader.encoded()) { study, text in
      heard[study] += text
      return true
    }
    for (text, answer) in zip(heard, answers) { #expect(answer.text.hasPrefix(text)) }
    #expect(heard.contains { !$0.isEmpty })
  }

  @Test func mapsCoverThePatchGridAndBoxesLieInTheImage() throws {
    let reader = try TinyReader()
    let encoded = try reader.encoded()
    let interpretation = try reader.interpreter.interpret([encoded[0]])[0]
    let evidence = try #require(try reader.interpreter.evidence(encoded[0], interpretation))
    #expect(evidence.side == 4)
    #expect(evidence.answer.count == encoded[0].images.count)
    #expect(evidence.findings.count == 2)
    for map in evidence.findings.flatMap({ $0 }) {
      #expect(map.count == 16)
      #expect(abs(map.reduce(0, +) - 1 / Float(encoded[0].images.count)) < 1)
    }
    let box = try #require(AttentionBox([0, 0, 0, 0, 0, 5, 4, 0, 0, 1, 3, 0, 0, 0, 0, 0], side: 4))
    #expect(box.rows == 1..<3 && box.columns == 1..<3)
    #expect(AttentionBox([Float](repeating: 0, count: 16), side: 4) == nil)
  }

  @Test func aBoxIsLocalAndOnASide() throws {
    var map = [Float](repeating: 0, count: 64)
    map[3 * 8 + 1] = 1
    map[3 * 8 + 2] = 0.8
    let box = try #require(AttentionBox(map, side: 8))
    #expect(box.rows == 3..<4 && box.columns == 1..<3)
    #expect(box.isLocal && box.isOn(.right) && !box.isOn(.left) && box.isOn(.bilateral) && box.isOn(nil))
    let even = try #require(AttentionBox([Float](repeating: 1, count: 64), side: 8))
    #expect(!even.isLocal)
  }

  @Test func aModelThatSeesNoImagesAnswersAllTheSame() throws {
    let reader = try TinyReader(seesImages: false)
    let encoded = try reader.encoded()
    #expect(encoded.allSatisfy { $0.images.isEmpty })
    let answers = try reader.interpreter.interpret(encoded)
    #expect(answers.allSatisfy { $0.draft != nil })
    #expect(try reader.interpreter.evidence(encoded[0], answers[0]) == nil)
  }
}
