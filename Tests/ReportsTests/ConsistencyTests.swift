import Groundwork
import Studies
import Testing

@testable import Reports

@Suite struct ConsistencyTests {
  /// For each rule a change of the example that breaks it, and where.
  static let breaks: [(rule: ConsistencyRule, path: String, change: @Sendable (inout Report) -> Void)] = [
    (
      .textPolarity, "findings[0].text",
      { $0.findings[0].text = BilingualText("未见左侧胸腔积液。", "No left pleural effusion.") }
    ),
    (.textPolarity, "findings[1].text", { $0.findings[1].text = BilingualText("见影像。", "See image.") }),
    (
      .textSide, "findings[0].text",
      { $0.findings[0].text = BilingualText("右侧大量胸腔积液。", "Large right pleural effusion.") }
    ),
    (
      .languagesAgree, "impression[1].text",
      { $0.impression[1].text = BilingualText("左侧大量胸腔积液。", "No left pleural effusion.") }
    ),
    (
      .languagesAgree, "impression[0].text",
      {
        $0.impression[0].text = BilingualText(
          "右下肺野中度实变，考虑肺炎。", "Moderate consolidation in the right lower zone of uncertain nature.")
      }
    ),
    (
      .languagesAgree, "recommendation[0].text",
      { $0.recommendation[0].text = BilingualText("复查气胸。", "Repeat the film.") }
    ),
    (
      .impressionAgrees, "impression[1].text",
      { $0.impression[1].text = BilingualText("右侧胸腔积液。", "Right pleural effusion.") }
    ),
    (
      .impressionAgrees, "impression[0].text",
      { $0.impression[0].text = BilingualText("双侧气胸。", "Bilateral pneumothorax.") }
    ),
    (
      .impressionAgrees, "impression[0].text",
      { $0.impression[0].text = BilingualText("心肺未见明显异常。", "Heart and lungs are clear.") }
    ),
    (
      .impressionAgrees, "impression[1].text",
      { $0.impression[1].text = BilingualText("左侧少量胸腔积液。", "Small left pleural effusion.") }
    ),
    (
      .impressionAgrees, "impression[0].text",
      { $0.impression[0].text = BilingualText("左侧结节。", "Left nodule.") }
    ),
    (
      .languagesAgree, "impression[1].text",
      { $0.impression[1].text = BilingualText("左侧大量胸腔积液。", "Moderate left pleural effusion.") }
    ),
    (
      .normalExcludesPresent, "findings[6]",
      { report in
        var normal = Report.normalItem(report.context)
        normal.id = "f7"
        report.findings.append(normal)
      }
    ),
    (.pointsToFinding, "impression[0]", { $0.impression[0].findingIDs = [] }),
    (.pointsToFinding, "differential[1]", { $0.differential[1].supporting = ["f9"] }),
    (.boxInsideImage, "findings[0].evidence", { $0.findings[0].evidence[0].box?.width = 3000 }),
    (.boxInsideImage, "findings[0].evidence", { $0.findings[0].evidence[0].instanceUID = "1.9" }),
    (.probabilityFits, "findings[1].probability", { $0.findings[1].probability = 0.05 }),
    (.probabilityFits, "findings[4].probability", { $0.findings[4].probability = 0.95 }),
    (.criticalIsListed, "critical", { $0.urgency = .routine }),
    (.criticalIsListed, "critical", { $0.critical = [] }),
    (
      .urgencyFits, "urgency",
      { report in
        report.findings[0].presence = .uncertain
        report.findings[0].text = BilingualText("可疑左侧大量胸腔积液。", "Possible large left pleural effusion.")
        report.critical = []
      }
    ),
    (
      .textsAreWords, "recommendation[1].text",
      { $0.recommendation[1].text = BilingualText("建议增强 CT。", "P4 isContrastrecommendation middle.") }
    ),
    (.textsAreWords, "recommendation[1].text", { $0.recommendation[1].text = BilingualText("复查。", "P4W") }),
    (
      .textsAreWords, "recommendation[1].text",
      { $0.recommendation[1].text = BilingualText("Repeat.", "Repeat the radiograph.") }
    ),
    (
      .sideFitsFinding, "findings[0].laterality",
      { report in
        report.findings[0].laterality = .none
        report.findings[0].text = BilingualText("大量胸腔积液。", "Large pleural effusion.")
      }
    ),
    (.sideFitsFinding, "findings[4].laterality", { $0.findings[4].laterality = .left }),
    (.noRepetition, "impression[1].text", { $0.impression[1].text = $0.impression[0].text }),
    (
      .noRepetition, "recommendation[1].text",
      { $0.recommendation[1].text = $0.recommendation[0].text }
    ),
  ]

  @Test(arguments: breaks.indices)
  func aBrokenRuleIsSeenAtItsPlaceAndMended(index: Int) throws {
    let (rule, path, change) = Self.breaks[index]
    var report = Examples.report
    #expect(report.violations.isEmpty)
    change(&report)
    #expect(report.violations(of: rule).map(\.path).contains(path), "\(report.violations)")
    report.settle()
    #expect(report.violations == [])
    #expect(report.status == .preliminary)
    try JSONSchema(Report.schemaJSON).check(report.json)
  }

  @Test func everyRuleIsBrokenByATest() {
    let tested = Set(Self.breaks.map(\.rule)).union([.codesAreValid])
    #expect(tested == Set(ConsistencyRule.allCases))
  }

  @Test func whatCannotBeMendedIsRejected() throws {
    var report = Examples.report
    report.findings[1].code = .pleuralEffusion
    report.settle()
    #expect(report.status == .rejected)
    #expect(report.limits.contains(.contradiction(.codesAreValid)))
    #expect(try Report(parsing: report.json).status == .rejected)
  }

  @Test func aDoubtedFindingRaisesNoAlarmAnyMore() {
    var report = Examples.report
    report.findings[0].probability = 0.1
    report.settle()
    #expect(report.findings[0].presence == .uncertain)
    #expect(report.findings[0].severity == .none)
    #expect(report.critical.isEmpty)
    #expect(report.urgency == .urgent)
    let effusions = report.impression.flatMap { RuleLabeller().labels(of: $0.text.english) }
      .filter { $0.code == .pleuralEffusion }
    #expect(effusions.map(\.presence) == [.uncertain])
    #expect(report.status == .preliminary)
  }

  @Test(arguments: [
    ("code", "95436003", "check digit"), ("code", "22298006", "catalogue"), ("system", "DCM", "catalogue"),
  ])
  func aCodeOutsideTheTablesIsRefused(member: String, value: String, reason: String) throws {
    var json = try #require(Examples.report.json.object)
    var findings = try #require(json["findings"]?.array)
    var finding = try #require(findings[1].object)
    var code = try #require(finding["code"]?.object)
    code[member] = .string(value)
    finding["code"] = .object(code)
    findings[1] = .object(finding)
    json["findings"] = .array(findings)
    let error = #expect(throws: ReportsError.self) { try Report(parsing: .object(json)) }
    #expect(error?.sentence.contains("findings[1].code") == true)
    #expect(error?.sentence.contains(reason) == true)
  }

  @Test func sentencesEndAtFullStopsOfBothLanguages() {
    #expect(Sentences.split("左侧 2.5 cm 结节。无气胸；心影不大") == ["左侧 2.5 cm 结节", "无气胸", "心影不大"])
    #expect(Sentences.split("Nodule of 2.5 cm. No effusion.") == ["Nodule of 2.5 cm", "No effusion"])
    #expect(Sentences.split(" 。 ").isEmpty)
  }
}
