internal import Studies

/// The words by which radiologists name findings, deny them and doubt them, in Chinese and English.
struct FindingLexicon: Sendable {
  /// What a word or phrase in a text means to the labeller.
  enum Meaning: Hashable, Sendable {
    case finding(FindingCode)
    /// A whole statement, such as "心影不大" or "lungs are clear".
    case statement(FindingCode, Presence)
    /// Names something that a shorter word inside it would be mistaken for.
    case other
    case side(Laterality)
    case degree(Severity)
    /// Denies what follows in the clause, or what stands before it.
    case negationBefore, negationAfter
    case doubtBefore, doubtAfter
    case notAssessed
    /// Ends the reach of a denial, a doubt or a side.
    case clauseEnd
    /// Separates findings of one clause.
    case conjunction
  }

  /// Words by their first character, the longest first.
  private let words: [Character: [(text: [Character], meaning: Meaning)]]

  init(_ table: [(Meaning, [String])]) {
    var words: [Character: [(text: [Character], meaning: Meaning)]] = [:]
    for (meaning, texts) in table {
      for text in texts {
        let characters = Array(text)
        if let first = characters.first { words[first, default: []].append((characters, meaning)) }
      }
    }
    self.words = words.mapValues { $0.sorted { $0.text.count > $1.text.count } }
  }

  /// The longest word at a place of a lower-cased text.
  func word(in text: [Character], at place: Int) -> (meaning: Meaning, length: Int)? {
    for (word, meaning) in words[text[place]] ?? [] where text[place...].starts(with: word) {
      let end = place + word.count
      // English words must stand by themselves; a plural s may follow.
      if let last = word.last, Self.isLetter(last) {
        if place > 0, let first = word.first, Self.isLetter(first), Self.isLetter(text[place - 1]) {
          continue
        }
        if end < text.count, Self.isLetter(text[end]) {
          let isPlural =
            text[end] == "s" && (end + 1 == text.count || !Self.isLetter(text[end + 1]))
          if !isPlural { continue }
          return (meaning, word.count + 1)
        }
      }
      return (meaning, word.count)
    }
    return nil
  }

  private static func isLetter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
  }

  static let shared = FindingLexicon(findings + statements + cues)

  private static let findings: [(Meaning, [String])] = [
    (.finding(.pneumothorax), ["气胸", "pneumothorax", "pneumothoraces"]),
    (
      .finding(.pleuralEffusion),
      ["胸腔积液", "胸水", "胸积液", "胸腔液体", "pleural effusion", "pleural fluid", "effusion"]
    ),
    (.other, ["心包积液", "pericardial effusion", "关节积液", "joint effusion"]),
    (.finding(.consolidation), ["肺实变", "实变影", "实变", "consolidation", "airspace disease"]),
    (
      .finding(.atelectasis),
      ["肺不张", "atelectasis", "atelectatic change", "volume loss", "lung collapse"]
    ),
    (
      .finding(.plateLikeAtelectasis),
      [
        "盘状肺不张", "线状肺不张", "plate-like atelectasis", "platelike atelectasis", "plate atelectasis",
        "linear atelectasis", "discoid atelectasis",
      ]
    ),
    (
      .finding(.cardiomegaly),
      [
        "心影增大", "心脏增大", "心影扩大", "心脏扩大", "cardiomegaly", "enlarged heart", "cardiac enlargement",
        "enlargement of the heart", "enlarged cardiac silhouette", "heart is enlarged",
        "cardiac silhouette is enlarged",
      ]
    ),
    (
      .finding(.pulmonaryOedema),
      ["肺水肿", "pulmonary oedema", "pulmonary edema", "interstitial edema", "alveolar edema"]
    ),
    (.finding(.nodule), ["结节影", "结节", "nodule", "nodular opacity"]),
    (.finding(.mass), ["肿块影", "肿块", "占位", "mass", "masses"]),
    (.other, ["bone mass", "body mass"]),
    (
      .finding(.opacity),
      ["致密影", "高密度影", "斑片状影", "斑片影", "片状影", "opacity", "opacities", "opacification", "density"]
    ),
    (.other, ["bone density", "骨质密度", "骨密度"]),
    (.finding(.infiltrate), ["浸润影", "浸润", "infiltrate", "infiltration"]),
    (
      .finding(.groundGlassOpacity),
      [
        "磨玻璃影", "磨玻璃样影", "毛玻璃影", "磨玻璃密度影", "ground glass opacity", "ground-glass opacity",
        "ground glass opacities", "ground-glass opacities",
      ]
    ),
    (
      .finding(.interstitialPattern),
      [
        "间质改变", "间质性改变", "abnormal interstitial pattern", "interstitial pattern", "interstitial marking",
        "interstitial change",
      ]
    ),
    (
      .finding(.reticulonodularPattern),
      ["网状结节影", "网结节影", "reticulonodular pattern", "reticulonodular opacities"]
    ),
    (.finding(.kerleyBLines), ["kerley b 线", "kerley b线", "kerley b line", "septal line"]),
    (.finding(.emphysema), ["肺气肿", "emphysema", "emphysematous change"]),
    (.other, ["皮下气肿", "subcutaneous emphysema"]),
    (.finding(.fibrosis), ["纤维化", "纤维灶", "纤维条索影", "fibrosis", "fibrotic change", "fibrotic scarring"]),
    (.finding(.airTrapping), ["空气潴留", "气体潴留", "air trapping", "air-trapping"]),
    (.finding(.pneumomediastinum), ["纵隔气肿", "纵隔积气", "pneumomediastinum", "mediastinal emphysema"]),
    (.finding(.calcification), ["钙化灶", "钙化影", "钙化", "calcification", "calcified granuloma"]),
    (
      .finding(.lymphadenopathy),
      ["淋巴结肿大", "lymphadenopathy", "adenopathy", "enlarged lymph node", "enlarged node"]
    ),
    (.finding(.aorticAneurysm), ["主动脉瘤", "主动脉增宽", "aortic aneurysm", "aneurysm of the aorta"]),
    (.finding(.ribFracture), ["肋骨骨折", "rib fracture", "fractured rib", "fracture of the rib"]),
    (.finding(.endotrachealTube), ["气管插管", "endotracheal tube", "et tube"]),
    (
      .finding(.centralLine),
      ["中心静脉导管", "中心静脉置管", "深静脉置管", "central line", "central venous catheter", "picc line"]
    ),
    (.finding(.chestTube), ["胸腔引流管", "胸腔闭式引流管", "chest tube", "chest drain", "pleural drain"]),
    (
      .finding(.feedingTube),
      ["胃管", "鼻饲管", "feeding tube", "nasogastric tube", "enteric tube", "ng tube"]
    ),
    (.finding(.pacemaker), ["起搏器", "cardiac pacemaker", "pacemaker"]),
  ]

  private static let statements: [(Meaning, [String])] = [
    (
      .statement(.cardiomegaly, .absent),
      [
        "心影不大", "心影大小正常", "心影大小、形态正常", "心影形态大小正常", "心影未见增大", "心脏不大", "heart size is normal",
        "heart is normal in size", "normal heart size", "heart is not enlarged",
        "cardiac silhouette is normal",
        "heart size normal", "heart size within normal limits",
      ]
    ),
    (
      .statement(.pleuralEffusion, .absent),
      [
        "肋膈角锐利", "膈角锐利", "costophrenic angles are sharp", "costophrenic angles are clear",
        "sharp costophrenic angles",
      ]
    ),
    (.statement(.pleuralEffusion, .present), ["肋膈角变钝", "blunting of the costophrenic angle"]),
    (
      .statement(.normal, .present),
      [
        "未见明显异常", "未见异常", "未见明确异常", "未见明显活动性病变", "heart and lungs are clear", "lungs are clear",
        "lungs and heart are normal", "no acute cardiopulmonary abnormality",
        "no acute cardiopulmonary disease",
        "no acute abnormality", "no abnormality", "normal chest radiograph", "normal chest",
        "unremarkable chest",
      ]
    ),
  ]

  private static let cues: [(Meaning, [String])] = [
    (.side(.left), ["左", "left", "left-sided"]),
    (.side(.right), ["右", "right", "right-sided"]),
    (
      .side(.bilateral),
      ["双侧", "双肺", "两侧", "两肺", "双", "左右", "bilateral", "bilaterally", "both", "left and right"]
    ),
    (.degree(.mild), ["少量", "轻度", "轻微", "small", "mild", "slight", "minimal"]),
    (.degree(.moderate), ["中量", "中等量", "中度", "moderate"]),
    (.degree(.severe), ["大量", "重度", "严重", "large", "severe", "massive"]),
    (
      .negationBefore,
      [
        "未见明显", "未见明确", "未见", "未发现", "未提示", "未显示", "无明显", "无", "没有", "不伴", "排除", "除外", "no evidence of",
        "no sign of", "no", "without", "absence of", "negative for", "free of", "neither", "not show",
        "denies",
        "resolution of", "rather than",
      ]
    ),
    (
      .negationAfter,
      [
        "未见显示", "不明显", "阴性", "已吸收", "已消失", "is absent", "are absent", "not seen", "not present",
        "not identified",
        "has resolved", "have resolved", "is excluded", "ruled out", "not evident",
      ]
    ),
    // Words with a denial in them that denies no finding.
    (.other, ["无症状", "无外伤史", "无变化", "无明显变化", "不能解释", "no change", "no longer", "no interval change"]),
    (
      .doubtBefore,
      [
        "可疑", "疑似", "疑", "可能为", "可能", "考虑", "倾向", "不除外", "不能除外", "不排除", "不能排除", "需排除", "待除外", "possible",
        "possibly", "probable", "probably", "suspected", "suspicious for", "suspicion of", "may represent",
        "may be", "might be", "could represent", "concerning for", "question of", "questionable",
        "cannot exclude",
        "cannot rule out", "not exclude", "suggestive of", "suggesting", "equivocal", "versus",
      ]
    ),
    (
      .doubtAfter,
      [
        "待排", "可能性大", "可能性", "待查", "不能除外诊断", "cannot be excluded", "cannot be ruled out",
        "must be excluded", "is possible", "are possible", "is suspected", "not excluded", "is likely",
      ]
    ),
    (
      .notAssessed,
      ["未评估", "无法评估", "不能评估", "无法评价", "not assessed", "cannot be assessed", "not evaluated", "not evaluable"]
    ),
    (
      .clauseEnd,
      [
        "。", "；", "！", "？", "，", "\n", ";", "!", "?", "但", "而", "but", "however", "although", "with",
        "there is",
        "there are",
      ]
    ),
    (.conjunction, ["、", "及", "和", "与", "伴", "或", ",", "and", "or", "nor", "plus"]),
  ]
}
