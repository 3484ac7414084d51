extension ClinicalKnowledge {
  /// One finding as a noun phrase with severity, side and zone: 右侧大量胸腔积液, "large right pleural effusion".
  /// Whether it is present is not part of the phrase.
  public static func phrase(for finding: Finding) -> BilingualText {
    let severity = severityWord(finding)
    let name = nameInSentence(finding.code)
    let place = placeWord(finding)
    return BilingualText(
      place.chinese + severity.chinese + name.chinese,
      [severity.english, place.before, name.english, place.after].filter { !$0.isEmpty }.joined(
        separator: " "))
  }

  /// Several findings in one phrase, or a clear chest for none.
  public static func phrase(for findings: [Finding]) -> BilingualText {
    guard !findings.isEmpty else { return BilingualText("心肺未见明显异常", "heart and lungs are clear") }
    let phrases = findings.map { phrase(for: $0) }
    let english = phrases.map(\.english)
    return BilingualText(
      phrases.map(\.chinese).joined(separator: "，"),
      english.count == 1
        ? english[0] : english.dropLast().joined(separator: ", ") + " and " + english[english.count - 1])
  }

  /// One finding as a sentence of the findings section, with its presence: 未见气胸。 "No pneumothorax."
  public static func sentence(for finding: Finding) -> BilingualText {
    let phrase = phrase(for: finding)
    switch finding.presence {
    case .present:
      return BilingualText(
        "\(phrase.chinese)。", "\(phrase.english.prefix(1).uppercased())\(phrase.english.dropFirst()).")
    case .absent: return BilingualText("未见\(phrase.chinese)。", "No \(phrase.english).")
    case .uncertain: return BilingualText("可疑\(phrase.chinese)。", "Possible \(phrase.english).")
    case .notAssessed: return BilingualText("\(phrase.chinese)：未评估。", "Not assessed: \(phrase.english).")
    }
  }

  private static func nameInSentence(_ code: FindingCode) -> BilingualText {
    switch code {
    case .consolidation: BilingualText("实变", "consolidation")
    case .interstitialPattern: BilingualText("间质改变", "interstitial pattern")
    case .plateLikeAtelectasis: BilingualText("盘状肺不张", "plate-like atelectasis")
    case .kerleyBLines: BilingualText("Kerley B 线", "Kerley B lines")
    case .pacemaker: BilingualText("心脏起搏器", "cardiac pacemaker")
    default: BilingualText(code.chinese, code.english.lowercased())
    }
  }

  /// Fluid and air are measured by amount, the rest by degree.
  private static func severityWord(_ finding: Finding) -> BilingualText {
    let isAmount = finding.code == .pleuralEffusion || finding.code == .pneumothorax
    switch finding.severity {
    case .mild: return isAmount ? BilingualText("少量", "small") : BilingualText("轻度", "mild")
    case .moderate: return isAmount ? BilingualText("中量", "moderate") : BilingualText("中度", "moderate")
    case .severe: return isAmount ? BilingualText("大量", "large") : BilingualText("重度", "severe")
    case nil, .some(.none): return BilingualText("", "")
    }
  }

  private struct PlaceWord {
    var chinese = ""
    var before = ""
    var after = ""
  }

  /// In Chinese before the noun; in English the side alone before it, side and zone together after it.
  private static func placeWord(_ finding: Finding) -> PlaceWord {
    let side: BilingualText? =
      switch finding.laterality {
      case .left: BilingualText("左", "left")
      case .right: BilingualText("右", "right")
      case .bilateral: BilingualText("双", "bilateral")
      case .midline, .some(.none), .unknown, nil: nil
      }
    let isPleural = finding.code == .pleuralEffusion || finding.code == .pneumothorax
    guard let location = finding.location, !isPleural else {
      return PlaceWord(chinese: side.map { $0.chinese + "侧" } ?? "", before: side?.english ?? "")
    }
    let zone: BilingualText =
      switch location {
      case .upperZone: BilingualText("上肺野", "upper zone")
      case .middleZone: BilingualText("中肺野", "middle zone")
      case .lowerZone: BilingualText("下肺野", "lower zone")
      default: BilingualText(location.term.chinese, location.term.english.lowercased())
      }
    guard let side else { return PlaceWord(chinese: zone.chinese, after: "in the \(zone.english)") }
    return finding.laterality == .bilateral
      ? PlaceWord(chinese: "双侧" + zone.chinese, after: "in both \(zone.english)s")
      : PlaceWord(chinese: side.chinese + zone.chinese, after: "in the \(side.english) \(zone.english)")
  }
}
