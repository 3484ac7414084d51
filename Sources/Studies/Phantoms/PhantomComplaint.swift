internal import Groundwork

/// Words for one way to complain, in one language. A complaint takes one phrase of each list.
struct ComplaintWords: Sendable {
  /// What happened or what is known before the symptoms: an operation, a fall, years in a mine. Empty for none.
  var contexts: [String] = []
  /// Lists of synonymous symptoms; the first always occurs, the second mostly.
  var symptoms: [[String]]
  /// How long, as the language says it; empty for none.
  var durations: [String] = []
}

/// Puts complaints together from phrases, keeping where each phrase came to stand.
struct PhantomComplaint {
  private var text = ""
  private var entities: [Complaint.Entity] = []

  private mutating func add(_ words: String, _ type: String? = nil) {
    let start = text.unicodeScalars.count
    text += words
    if let type {
      entities.append(Complaint.Entity(start: start, end: text.unicodeScalars.count, type: type))
    }
  }

  /// Draws a complaint. The language, the form of the sentence and each phrase are drawn; `ageYears` and `sex` may be told.
  static func draw(
    _ family: ComplaintFamily, language: Complaint.Language, ageYears: Int, sex: Sex,
    _ random: inout PhiloxGenerator
  ) -> Complaint {
    var complaint = PhantomComplaint()
    let words = language == .chinese ? family.chinese : family.english
    let parts = Parts(words, &random)
    switch language {
    case .chinese: complaint.tellInChinese(parts, ageYears: ageYears, sex: sex, &random)
    case .english: complaint.tellInEnglish(parts, ageYears: ageYears, sex: sex, &random)
    }
    return Complaint(text: complaint.text, language: language, entities: complaint.entities)
  }

  /// The phrases drawn for one complaint.
  private struct Parts {
    var context: String?
    var first: String
    var second: String?
    var duration: String?

    init(_ words: ComplaintWords, _ random: inout PhiloxGenerator) {
      context = words.contexts.randomElement(using: &random)
      first = words.symptoms.first?.randomElement(using: &random) ?? ""
      second = words.symptoms.dropFirst().first?.randomElement(using: &random)
      duration = words.durations.randomElement(using: &random)
      if second != nil, random.uniform() < 0.5, words.symptoms.count > 1 { swap(&first, &second) }
    }

    private func swap(_ first: inout String, _ second: inout String?) {
      guard let other = second else { return }
      second = first
      first = other
    }
  }

  private mutating func tellInChinese(
    _ parts: Parts, ageYears: Int, sex: Sex, _ random: inout PhiloxGenerator
  ) {
    let form = Int.random(in: 0..<6, using: &random)
    if form == 1 || form == 4 { add("\(sex == .female ? "女" : "男")，\(ageYears)岁，") }
    if form == 5 { add("主诉：") }
    if let context = parts.context {
      add(context, "Context")
      add(form == 3 ? "。" : "，")
    }
    if let duration = parts.duration, form == 2 || form == 4 {
      add(duration, "Duration")
      add(["前开始", "来"].randomElement(using: &random) ?? "来")
      addSymptoms(parts, joint: form == 2 ? "伴" : "、")
    } else {
      addSymptoms(parts, joint: ["、", "，", "伴", "并"].randomElement(using: &random) ?? "、")
      if let duration = parts.duration { add(duration, "Duration") }
    }
    if random.uniform() < 0.45, let aside = Self.chineseAsides.randomElement(using: &random) {
      add("，\(aside)")
    }
    add("。")
  }

  private mutating func addSymptoms(_ parts: Parts, joint: String) {
    add(parts.first, "Symptom")
    if let second = parts.second {
      add(joint)
      add(second, "Symptom")
    }
  }

  private mutating func tellInEnglish(
    _ parts: Parts, ageYears: Int, sex: Sex, _ random: inout PhiloxGenerator
  ) {
    let form = Int.random(in: 0..<6, using: &random)
    let person = sex == .female ? "woman" : "man"
    if form == 1 || form == 4 { add("\(ageYears)-year-old \(person), ") }
    if form == 5 { add("Chief complaint: ") }
    if let context = parts.context {
      add(context, "Context")
      add(form == 3 ? "; " : ", ")
    }
    let joint = [" and ", ", ", " with ", ", also "].randomElement(using: &random) ?? " and "
    if let duration = parts.duration, form == 2 || form == 4 {
      add(duration, "Duration")
      add(" of ")
      addSymptoms(parts, joint: joint)
    } else {
      addSymptoms(parts, joint: joint)
      if let duration = parts.duration {
        add(" for ")
        add(duration, "Duration")
      }
    }
    if random.uniform() < 0.45, let aside = Self.englishAsides.randomElement(using: &random) {
      add(", \(aside)")
    }
    add(".")
    text = text.prefix(1).uppercased() + text.dropFirst()
  }

  /// Remarks that say nothing about the diagnosis.
  private static let chineseAsides = [
    "既往高血压", "有糖尿病史", "否认药物过敏", "青霉素过敏", "睡眠欠佳", "家属陪同就诊", "既往阑尾切除", "血压偏高",
    "已婚", "平素体健", "大小便正常", "曾自行服药", "有胃炎史",
  ]

  private static let englishAsides = [
    "known hypertension", "type 2 diabetes", "no drug allergies", "allergic to penicillin", "sleeping poorly",
    "accompanied by family", "previous appendectomy", "takes no regular medicine", "otherwise well",
    "blood pressure on the high side", "history of gastritis", "tried home remedies",
  ]
}
