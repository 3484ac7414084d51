internal import Studies

extension Report {
  /// Repairs what contradicts itself, once; a report that still does is rejected.
  mutating func settle() {
    let found = violations
    guard !found.isEmpty else { return }
    for rule in ConsistencyRule.allCases where found.contains(where: { $0.rule == rule }) { repair(rule) }
    // A repair of one rule may move what another depends on: an impression states what was doubted since.
    repair(.impressionAgrees)
    repair(.pointsToFinding)
    repair(.criticalIsListed)
    repair(.urgencyFits)
    let remaining = violations
    guard !remaining.isEmpty else { return }
    status = .rejected
    for rule in ConsistencyRule.allCases where remaining.contains(where: { $0.rule == rule }) {
      limits.append(.contradiction(rule))
    }
  }

  private mutating func repair(_ rule: ConsistencyRule) {
    let places = Set(violations(of: rule).map(\.path))
    switch rule {
    case .textPolarity, .textSide:
      for index in findings.indices { findings[index].rewriteText() }
    case .languagesAgree, .impressionAgrees, .textsAreWords:
      for index in findings.indices where places.contains("findings[\(index)].text") {
        findings[index].rewriteText()
      }
      if places.contains(where: { $0.hasPrefix("impression") }) { restateImpression(without: places) }
      recommendation = recommendation.enumerated().filter {
        !places.contains("recommendation[\($0.offset)].text")
      }.map(\.element)
    case .normalExcludesPresent: findings.removeAll { $0.code == .normal }
    case .pointsToFinding: link()
    case .boxInsideImage: for index in findings.indices { clipEvidence(of: index) }
    case .probabilityFits:
      for index in findings.indices where places.contains("findings[\(index)].probability") {
        findings[index].doubt()
      }
    case .criticalIsListed:
      critical = firedAlerts
    case .urgencyFits: urgency = fittingUrgency
    // Codes come from tables; a wrong one cannot be mended here.
    case .codesAreValid: break
    case .sideFitsFinding:
      for index in findings.indices where places.contains("findings[\(index)].laterality") {
        let (code, presence) = (findings[index].code, findings[index].presence)
        let positive = presence == .present || presence == .uncertain
        findings[index].laterality = code.isSided && positive ? .unknown : .none
        findings[index].rewriteText()
      }
    case .noRepetition:
      recommendation = recommendation.enumerated().filter {
        !places.contains("recommendation[\($0.offset)].text")
      }.map(\.element)
      if places.contains(where: { $0.hasPrefix("impression") }) { restateImpression(without: places) }
    }
  }

  /// Takes out wrong conclusions, and states what positive findings no other conclusion speaks of.
  private mutating func restateImpression(without wrong: Set<String>) {
    var kept: [Conclusion] = []
    var firstWrong: Int?
    for (index, conclusion) in impression.enumerated() {
      if wrong.contains("impression[\(index)].text") {
        firstWrong = firstWrong ?? kept.count
      } else {
        kept.append(conclusion)
      }
    }
    let labeller = RuleLabeller()
    let covered = Set(kept.flatMap { labeller.labels(of: $0.text.chinese) }.map(\.code))
    let missing = findings.filter { $0.isPositive && !covered.contains($0.code) }
    if !missing.isEmpty {
      let text = BilingualText(
        missing.map(\.text.chinese).joined(), missing.map(\.text.english).joined(separator: " "))
      kept.insert(Conclusion(text: text, findingIDs: missing.map(\.id)), at: firstWrong ?? kept.count)
    }
    impression = kept
  }

  private mutating func link() {
    let ids = Set(findings.map(\.id))
    for index in impression.indices {
      let known = impression[index].findingIDs.filter(ids.contains)
      impression[index].findingIDs = known.isEmpty ? positiveIDs : known
    }
    for index in differential.indices {
      let known = differential[index].supporting.filter(ids.contains)
      differential[index].supporting = known.isEmpty ? positiveIDs : known
      differential[index].against.removeAll { !ids.contains($0) }
    }
  }

  /// Cuts boxes at the edge of their image; evidence that has none left goes.
  private mutating func clipEvidence(of index: Int) {
    findings[index].evidence = findings[index].evidence.compactMap { evidence in
      guard let image = frame(of: evidence) else { return nil }
      guard let box = evidence.box else { return evidence }
      let left = max(0, box.x)
      let top = max(0, box.y)
      let right = min(Double(image.width), box.x + box.width)
      let bottom = min(Double(image.height), box.y + box.height)
      guard right > left, bottom > top else { return nil }
      var clipped = evidence
      clipped.box = PixelBox(x: left, y: top, width: right - left, height: bottom - top)
      return clipped
    }
  }
}

extension Report.Item {
  fileprivate mutating func rewriteText() {
    if code != .normal { text = ClinicalKnowledge.sentence(for: finding) }
  }

  /// Takes back what the probability contradicts.
  fileprivate mutating func doubt() {
    if presence == .notAssessed {
      probability = nil
      return
    }
    if presence == .absent, code.isSided, laterality == .none { laterality = .unknown }
    presence = .uncertain
    // How bad something is cannot be said of what may not be there.
    severity = .none
    rewriteText()
  }
}
