/// Words for diseases and their causes in both languages, by which it can be seen that two texts speak of the same.
///
/// Findings are the labeller's; these are what an impression makes of them.
enum DiseaseWords {
  /// Each in all the ways in which reports of ours write it.
  private static let words: [(chinese: [String], english: [String])] = [
    (["肺炎"], ["pneumonia"]),
    (["肺癌", "恶性肿瘤"], ["lung cancer", "malignant"]),
    (["结核"], ["tuberculosis"]),
    (["心力衰竭", "心衰"], ["heart failure"]),
    (["肺栓塞"], ["embolism"]),
    (["支气管炎"], ["bronchitis"]),
    (["呼吸道感染"], ["respiratory infection", "respiratory tract infection"]),
    (["尘肺", "矽肺"], ["pneumoconiosis", "silicosis"]),
    (["间质性肺病"], ["interstitial lung disease"]),
    (["慢阻肺", "慢性阻塞性肺疾病"], ["copd", "chronic obstructive"]),
    (["哮喘"], ["asthma"]),
    (["自发性"], ["spontaneous"]),
    (["创伤性"], ["traumatic"]),
    (["膨胀不全"], ["incomplete expansion"]),
    (["夹层"], ["dissection"]),
  ]

  /// Whether both texts name the same diseases.
  static func agree(chinese: String, english: String) -> Bool {
    let lowercased = english.lowercased()
    return words.allSatisfy { word in
      word.chinese.contains(where: chinese.contains) == word.english.contains(where: lowercased.contains)
    }
  }
}
