internal import Groundwork
internal import Studies

extension Report {
  /// The report as the content of an element: red flags first.
  func htmlFragment() -> String {
    var html = ""
    if let banner { html += HTMLText.element("p", "alarm", HTMLText.words(banner)) }
    if !critical.isEmpty {
      html += HTMLText.element(
        "div", "alarm",
        section(
          ReportWords.redFlags, HTMLText.list("ul", critical.map { HTMLText.words(words(for: $0)) }))
          + HTMLText.element("p", "", HTMLText.words(ReportWords.callAtOnce)))
    }
    html += factsHTML
    if status != .abstained { html += clinicalHTML }
    html += section(
      ReportWords.notEvaluated, HTMLText.list("ul", limits.map { HTMLText.words($0.text) }))
    html += provenanceHTML
    return html + HTMLText.element("p", "notice", HTMLText.words(Self.notice))
  }

  private func section(_ title: BilingualText, _ content: String) -> String {
    HTMLText.element("h3", "", HTMLText.words(title)) + content
  }

  private var factsHTML: String {
    var facts: [(BilingualText, String)] = [
      (ReportWords.patient, HTMLText.words(context.patientWords)),
      (ReportWords.views, HTMLText.words(context.viewWords)),
    ]
    if let complaint = context.complaint {
      facts.append((ReportWords.complaint, HTMLText.escaped(complaint.text)))
    }
    if status != .abstained {
      facts.append((ReportWords.urgency, HTMLText.words(ReportWords.word(for: urgency))))
    }
    let rows = facts.map { "<dt>\(HTMLText.words($0.0))</dt><dd>\($0.1)</dd>\n" }
    return HTMLText.element("dl", "", rows.joined())
  }

  private var clinicalHTML: String {
    var html = section(
      ReportWords.impression, HTMLText.list("ol", impression.map { HTMLText.words($0.text) }))
    html += section(ReportWords.findings, findingsTable)
    if !differential.isEmpty {
      html += section(
        ReportWords.differential,
        HTMLText.table(
          [
            "ICD-10", HTMLText.words(ReportWords.diagnosis), HTMLText.words(ReportWords.probability),
            HTMLText.words(ReportWords.supporting), HTMLText.words(ReportWords.against),
          ],
          differential.map { candidate in
            (
              "",
              [
                HTMLText.escaped(candidate.code.icd10), HTMLText.words(ReportWords.name(of: candidate.code)),
                HTMLText.escaped(ReportWords.probability(candidate.probability)),
                candidate.supporting.joined(separator: " "),
                candidate.against.joined(separator: " "),
              ]
            )
          }))
    }
    if !recommendation.isEmpty {
      html += section(
        ReportWords.recommendation,
        HTMLText.list(
          "ol",
          recommendation.map {
            HTMLText.words(
              BilingualText(
                "\($0.text.chinese)（\($0.within.chinese)）", "\($0.text.english) (\($0.within.english))"))
          }))
    }
    return html
  }

  private var findingsTable: String {
    let columns = [
      BilingualText("", ""), ReportWords.finding, ReportWords.presence, ReportWords.side, ReportWords.zone,
      ReportWords.severity, ReportWords.probability, ReportWords.change,
    ]
    func row(_ item: Item) -> (classes: String, cells: [String]) {
      let probability = item.probability.map { value in
        "<meter min=0 max=1 value=\(value.text(decimals: 3))></meter> \(HTMLText.escaped(ReportWords.probability(value))) "
          + HTMLText.words(ReportWords.band(of: item))
      }
      let cells = [
        item.id, HTMLText.words(ReportWords.name(of: item.code)),
        HTMLText.words(ReportWords.word(for: item.presence)),
        HTMLText.words(ReportWords.word(for: item.laterality)), HTMLText.words(ReportWords.places(of: item)),
        HTMLText.words(ReportWords.word(for: item.severity)), probability ?? "–",
        HTMLText.words(ReportWords.word(for: item.change)),
      ]
      return (item.criticalRules.isEmpty ? item.presence.rawValue : "critical", cells)
    }
    let titles = columns.map { HTMLText.words($0) }
    let others = findings.filter { !$0.isPositive }
    let positive = findings.filter(\.isPositive)
    return (positive.isEmpty ? "" : HTMLText.table(titles, positive.map(row)))
      + absenceWords.map { HTMLText.element("p", "", HTMLText.words($0)) }.joined()
      + (others.isEmpty
        ? ""
        : HTMLText.element(
          "details", "",
          HTMLText.element("summary", "", HTMLText.words(ReportWords.details))
            + HTMLText.table(titles, others.map(row))))
      + HTMLText.element("p", "small", HTMLText.words(ReportWords.bands))
  }

  private var provenanceHTML: String {
    let provenance = context.provenance
    let facts: [(BilingualText, String)] = [
      (ReportWords.software, HTMLText.escaped(provenance.software)),
      (ReportWords.modelDigest, HTMLText.escaped(provenance.modelDigest)),
      (ReportWords.calibration, HTMLText.words(context.provenance.calibration.words)),
      (BilingualText("UID", "UID"), uid),
      (ReportWords.generated, HTMLText.escaped(provenance.generated)),
    ]
    let rows = facts.map { "<dt>\(HTMLText.words($0.0))</dt><dd>\($0.1)</dd>\n" }.joined()
    let summary = HTMLText.element("summary", "", HTMLText.words(ReportWords.provenance))
    return HTMLText.element("details", "", summary + HTMLText.element("dl", "", rows))
  }
}
