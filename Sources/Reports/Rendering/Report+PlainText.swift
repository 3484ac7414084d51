internal import Groundwork
internal import Studies

extension Report {
  /// The report for a terminal: lines of at most `columns`, red flags first; with `isColoured`, ANSI colours. Control characters
  /// of outside texts are left out.
  public func plainText(
    language: ReportLanguage = .both, columns: Int = 80, isColoured: Bool = false
  ) -> String {
    var page = PlainPage(language: language, columns: max(20, columns), isColoured: isColoured)
    page.paragraph(ReportWords.title, .bold)
    if let banner { page.paragraph(banner, .alarm) }
    if !critical.isEmpty {
      page.heading(ReportWords.redFlags, .alarm)
      for alert in critical { page.item("!", words(for: alert), .alarm) }
      page.item(" ", ReportWords.callAtOnce)
    }
    if let complaint = context.complaint {
      page.heading(ReportWords.complaint)
      page.item(" ", BilingualText(complaint.text, complaint.text))
    }
    if status != .abstained { addClinicalPart(to: &page) }
    page.heading(ReportWords.notEvaluated)
    for limit in limits { page.item("-", limit.text) }
    page.addSource(context.provenance)
    page.paragraph(Self.notice, .bold)
    return page.text
  }

  private func addClinicalPart(to page: inout PlainPage) {
    let urgency = ReportWords.word(for: urgency)
    page.heading(ReportWords.urgency, critical.isEmpty ? .bold : .alarm)
    page.item(" ", urgency)
    page.heading(ReportWords.impression)
    for (place, conclusion) in impression.enumerated() { page.item("\(place + 1).", conclusion.text) }
    page.heading(ReportWords.findings)
    for item in findings where item.isPositive {
      let mark = item.criticalRules.isEmpty ? "+" : "!"
      var text = item.text
      if let probability = item.probability, let band = item.band {
        let value = ReportWords.probability(probability)
        text = BilingualText(
          "\(text.chinese) [\(value) \(band.name.chinese)]", "\(text.english) [\(value) \(band.name.english)]"
        )
      }
      page.item(mark, text, item.criticalRules.isEmpty ? .plain : .alarm)
    }
    for words in absenceWords { page.item("-", words) }
    if !differential.isEmpty {
      page.heading(ReportWords.differential)
      for candidate in differential {
        let name = ReportWords.name(of: candidate.code)
        let weight = candidate.probability.map { "  " + ReportWords.equation($0) } ?? ""
        page.item(
          candidate.code.icd10, BilingualText(name.chinese + weight, name.english + weight))
      }
    }
    if !recommendation.isEmpty {
      page.heading(ReportWords.recommendation)
      for (place, advice) in recommendation.enumerated() {
        page.item(
          "\(place + 1).",
          BilingualText(
            "\(advice.text.chinese)（\(advice.within.chinese)）",
            "\(advice.text.english) (\(advice.within.english))"))
      }
    }
  }
}
