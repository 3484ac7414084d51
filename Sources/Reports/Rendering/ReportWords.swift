internal import Groundwork
internal import Imaging
public import Studies

/// The words of a shown report that are the same for every study.
enum ReportWords {
  static let title = BilingualText("胸部 X 线检查报告（AI 草稿）", "Chest radiograph report (AI draft)")
  static let details = BilingualText("逐项列出", "One by one")
  static let absent = BilingualText("未见", "Absent")
  static let notAssessed = BilingualText("未评估", "Not assessed")
  static let answerTitle = BilingualText("AI 回答（草稿）", "Answer (AI draft)")
  static let answer = BilingualText("回答", "Answer")
  static let classes = BilingualText("类别", "Classes")
  static let redFlags = BilingualText("危急值", "Red flags")
  static let callAtOnce = BilingualText(
    "请立即电话通知，并记录通知人、时间与复述确认", "Call at once; log who, when and the read-back")
  static let impression = BilingualText("诊断意见", "Impression")
  static let findings = BilingualText("影像所见", "Findings")
  static let differential = BilingualText("鉴别诊断", "Differential")
  static let recommendation = BilingualText("建议", "Recommendation")
  static let notEvaluated = BilingualText("未评估与局限", "Not evaluated, and limits")
  static let provenance = BilingualText("来源", "Provenance")
  static let study = BilingualText("检查", "Study")
  static let views = BilingualText("体位", "Views")
  static let patient = BilingualText("患者", "Patient")
  static let complaint = BilingualText("主诉", "Complaint")
  static let urgency = BilingualText("紧急程度", "Urgency")
  static let quality = BilingualText("影像质量", "Image quality")
  static let software = BilingualText("软件与模型", "Software and model")
  static let modelDigest = BilingualText("模型摘要", "Model digest")
  static let calibration = BilingualText("校准", "Calibration")
  static let generated = BilingualText("生成时间", "Generated")
  static let overlay = BilingualText("热图与标框", "Heat map and box")
  static let wholeAnswer = BilingualText("全部回答", "whole answer")
  static let noOverlay = BilingualText("无热图", "no heat map")
  static let rejected = BilingualText(
    "本报告自相矛盾，已作废，不得使用。", "This report contradicts itself and is void. Do not use it.")

  static let sawNothing = BilingualText(
    "未见任何影像：以下内容仅依据主诉，不是影像诊断。",
    "No image was seen: what follows rests on the complaint alone and is no reading of a radiograph.")

  // Columns of the tables.
  static let finding = BilingualText("所见", "Finding")
  static let presence = BilingualText("有无", "Presence")
  static let side = BilingualText("侧别", "Side")
  static let zone = BilingualText("部位", "Zone")
  static let severity = BilingualText("程度", "Severity")
  static let probability = BilingualText("概率", "Probability")
  static let band = BilingualText("概率档", "Band")
  static let change = BilingualText("变化", "Change")
  static let diagnosis = BilingualText("诊断", "Diagnosis")
  static let supporting = BilingualText("支持", "For")
  static let against = BilingualText("不支持", "Against")

  /// How the bands are meant.
  static let bands = BilingualText(
    "概率档：低于 \(ProbabilityBand.lowBelow) 为低，不低于 \(ProbabilityBand.highFrom) 为高",
    "Bands: low below \(ProbabilityBand.lowBelow), high from \(ProbabilityBand.highFrom)")

  static func word(for presence: Presence) -> BilingualText {
    switch presence {
    case .present: BilingualText("有", "present")
    case .absent: BilingualText("无", "absent")
    case .uncertain: BilingualText("可疑", "uncertain")
    case .notAssessed: BilingualText("未评估", "not assessed")
    }
  }

  static func word(for side: Laterality) -> BilingualText {
    switch side {
    case .left: BilingualText("左", "left")
    case .right: BilingualText("右", "right")
    case .bilateral: BilingualText("双侧", "bilateral")
    case .midline: BilingualText("中线", "midline")
    case .unknown: BilingualText("不明", "unknown")
    case .none: BilingualText("–", "–")
    }
  }

  static func word(for severity: Severity) -> BilingualText {
    severity.term.map { BilingualText($0.chinese, $0.english.lowercased()) } ?? BilingualText("–", "–")
  }

  static func word(for urgency: Urgency) -> BilingualText {
    switch urgency {
    case .critical: BilingualText("危急", "critical")
    case .urgent: BilingualText("紧急", "urgent")
    case .routine: BilingualText("常规", "routine")
    }
  }

  static func word(for change: Report.Change?) -> BilingualText {
    switch change {
    case .new: BilingualText("新发", "new")
    case .worse: BilingualText("加重", "worse")
    case .stable: BilingualText("稳定", "stable")
    case .better: BilingualText("好转", "better")
    case .noPrior: BilingualText("无既往片", "no prior")
    case nil: BilingualText("未对比", "not compared")
    }
  }

  static func word(for view: View) -> BilingualText {
    switch view {
    case .posteroanterior: BilingualText("后前位", "PA")
    case .anteroposterior: BilingualText("前后位", "AP")
    case .anteroposteriorSupine: BilingualText("仰卧前后位", "AP supine")
    case .lateral: BilingualText("侧位", "lateral")
    case .other: BilingualText("其他", "other")
    case .unknown: BilingualText("未知", "unknown")
    }
  }

  static func word(for sex: Sex) -> BilingualText {
    switch sex {
    case .male: BilingualText("男", "male")
    case .female: BilingualText("女", "female")
    case .other: BilingualText("其他", "other")
    case .unknown: BilingualText("性别未知", "sex unknown")
    }
  }

  static func places(of item: Report.Item) -> BilingualText {
    guard !item.locations.isEmpty else { return BilingualText("–", "–") }
    return BilingualText(
      item.locations.map(\.term.chinese).joined(separator: "、"),
      item.locations.map { $0.term.english.lowercased() }.joined(separator: ", "))
  }

  /// Two decimals; never certain, for no model is.
  static func probability(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value < 0.01 ? "<0.01" : value > 0.99 ? ">0.99" : value.text(decimals: 2)
  }

  /// As in p=0.87 or p<0.01.
  static func equation(_ value: Double) -> String {
    let words = probability(value)
    return words.first?.isNumber == true ? "p=" + words : "p" + words
  }

  static func band(of item: Report.Item) -> BilingualText { item.band?.name ?? BilingualText("–", "–") }

  static func name(of code: FindingCode) -> BilingualText { BilingualText(code.chinese, code.english) }

  /// A finding of our catalogue by its code; another by the code itself.
  static func name(ofFinding name: String) -> BilingualText {
    FindingCode(rawValue: name).map(Self.name) ?? BilingualText(name, name)
  }

  static func name(of code: DiagnosisCode) -> BilingualText { BilingualText(code.chinese, code.english) }
}

extension Report {
  /// What is absent, and what was not assessed, each in a line: names with probabilities.
  var absenceWords: [BilingualText] {
    [(Presence.absent, ReportWords.absent), (.notAssessed, ReportWords.notAssessed)].compactMap {
      presence, title in
      let items = findings.filter { $0.presence == presence }
      guard !items.isEmpty else { return nil }
      let names = items.map { item in
        let probability = item.probability.map { " " + ReportWords.probability($0) } ?? ""
        let name = ReportWords.name(of: item.code)
        return BilingualText(name.chinese + probability, name.english.lowercased() + probability)
      }
      return BilingualText(
        "\(title.chinese)：\(names.map(\.chinese).joined(separator: "、"))",
        "\(title.english): \(names.map(\.english).joined(separator: ", "))")
    }
  }

  /// What the reader must see before all else: why the report is void or empty.
  var banner: BilingualText? {
    switch status {
    case .preliminary: context.images.isEmpty ? ReportWords.sawNothing : nil
    case .abstained: abstention?.text
    case .rejected: ReportWords.rejected
    }
  }

  /// A red flag in words, with the finding that raised it.
  func words(for alert: Alert) -> BilingualText {
    guard let item = findings.first(where: { $0.id == alert.findingID }) else { return alert.rule.name }
    return BilingualText(
      "\(alert.rule.name.chinese)（\(alert.findingID)：\(item.text.chinese)）",
      "\(alert.rule.name.english) (\(alert.findingID): \(item.text.english))")
  }
}

extension ReportContext {
  /// Age and sex, without the pseudonym.
  var patientWords: BilingualText {
    let sex = ReportWords.word(for: sex)
    guard let age = ageYears else { return sex }
    let years = age < 1 ? age.text(decimals: 1) : String(Int(age))
    return BilingualText("\(sex.chinese)，\(years) 岁", "\(sex.english), \(years) years")
  }

  var viewWords: BilingualText {
    let words = images.map { ReportWords.word(for: $0.view) }
    return BilingualText(
      words.map(\.chinese).joined(separator: "、"), words.map(\.english).joined(separator: ", "))
  }
}

extension Calibration {
  /// Method, data set, number of studies and error in words.
  public var words: BilingualText {
    let name: BilingualText
    switch method {
    case .temperature: name = BilingualText("温度缩放", "temperature scaling")
    case .isotonic: name = BilingualText("保序回归", "isotonic regression")
    case .none: return BilingualText("未校准", "none")
    }
    let error = expectedError.map { "ECE \($0.text(decimals: 3))" }
    let facts = [dataset, "n=\(count)", error].compactMap { $0 }
    return BilingualText(
      ([name.chinese] + facts).joined(separator: "，"), ([name.english] + facts).joined(separator: ", "))
  }
}
