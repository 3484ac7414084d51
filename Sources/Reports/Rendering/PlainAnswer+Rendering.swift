internal import Groundwork
internal import Studies

extension PlainAnswer {
  /// The most classes that are shown.
  private static let classLimit = 8

  /// The answer for a terminal, as `Report.plainText`; without its words where they were shown as they came.
  public func plainText(
    language: ReportLanguage = .both, columns: Int = 80, isColoured: Bool = false, withWords: Bool = true
  ) -> String {
    var page = PlainPage(language: language, columns: max(20, columns), isColoured: isColoured)
    page.paragraph(ReportWords.answerTitle, .bold)
    if let banner { page.paragraph(banner, .alarm) }
    if let complaint = context.complaint {
      page.heading(ReportWords.complaint)
      page.item(" ", MarkdownPage.same(complaint.text))
    }
    if withWords, !words.isEmpty {
      page.heading(ReportWords.answer)
      page.item(" ", MarkdownPage.same(words))
    }
    for table in tables {
      page.heading(table.title)
      for row in table.rows { page.item(ReportWords.probability(row.probability), row.name) }
    }
    page.heading(ReportWords.notEvaluated)
    for limit in limits { page.item("-", limit.text) }
    page.addSource(context.provenance)
    page.paragraph(Report.notice, .bold)
    return page.text
  }

  /// The answer as Markdown.
  public func markdown(language: ReportLanguage = .both) -> String {
    var page = MarkdownPage(language: language)
    page.heading(1, ReportWords.answerTitle)
    page.quote(Report.notice)
    if let banner { page.warning(banner) }
    for fact in facts { page.fact(fact.name, fact.value) }
    page.end()
    if !words.isEmpty {
      page.heading(2, ReportWords.answer)
      page.list([MarkdownPage.same(words)])
    }
    for table in tables {
      page.heading(2, table.title)
      page.table(
        [BilingualText("", ""), ReportWords.probability, ReportWords.band],
        table.rows.map { row in
          [
            row.name, MarkdownPage.same(ReportWords.probability(row.probability)),
            ProbabilityBand(row.probability).name,
          ]
        })
    }
    page.heading(2, ReportWords.notEvaluated)
    page.list(limits.map(\.text))
    page.heading(2, ReportWords.provenance)
    for fact in sourceFacts { page.fact(fact.name, fact.value) }
    page.end()
    return page.text
  }

  /// The answer as the content of an element.
  func htmlFragment() -> String {
    func list(_ facts: [Fact]) -> String {
      HTMLText.element(
        "dl", "",
        facts.map { "<dt>\(HTMLText.words($0.name))</dt><dd>\(HTMLText.words($0.value))</dd>\n" }.joined())
    }
    func heading(_ title: BilingualText) -> String { HTMLText.element("h3", "", HTMLText.words(title)) }
    var html = banner.map { HTMLText.element("p", "alarm", HTMLText.words($0)) } ?? ""
    html += list(facts)
    if !words.isEmpty {
      html += heading(ReportWords.answer) + HTMLText.element("p", "", HTMLText.escaped(words))
    }
    for table in tables {
      html += heading(table.title)
      html += HTMLText.table(
        ["", HTMLText.words(ReportWords.probability)],
        table.rows.map { row in
          let value = row.probability
          let meter =
            "<meter min=0 max=1 value=\(value.text(decimals: 3))></meter> \(HTMLText.escaped(ReportWords.probability(value))) "
          return ("", [HTMLText.words(row.name), meter + HTMLText.words(ProbabilityBand(value).name)])
        })
    }
    html += heading(ReportWords.notEvaluated)
    html += HTMLText.list("ul", limits.map { HTMLText.words($0.text) })
    let summary = HTMLText.element("summary", "", HTMLText.words(ReportWords.provenance))
    html += HTMLText.element("details", "", summary + list(sourceFacts))
    return html + HTMLText.element("p", "notice", HTMLText.words(Report.notice))
  }

  // MARK: What all forms show

  private typealias Fact = (name: BilingualText, value: BilingualText)
  private typealias Row = (name: BilingualText, probability: Double)

  private var banner: BilingualText? { context.images.isEmpty ? ReportWords.sawNothing : nil }

  private var words: String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

  private var facts: [Fact] {
    var facts: [Fact] = [(ReportWords.patient, context.patientWords), (ReportWords.views, context.viewWords)]
    if let complaint = context.complaint {
      facts.append((ReportWords.complaint, MarkdownPage.same(complaint.text)))
    }
    return facts
  }

  private var sourceFacts: [Fact] {
    let provenance = context.provenance
    return [
      (ReportWords.software, MarkdownPage.same(provenance.software)),
      (ReportWords.modelDigest, MarkdownPage.same(provenance.modelDigest)),
      (ReportWords.calibration, provenance.calibration.words),
      (ReportWords.generated, MarkdownPage.same(provenance.generated)),
    ]
  }

  /// Without an image the findings' probabilities mean nothing.
  private var tables: [(title: BilingualText, rows: [Row])] {
    let findings: [Row] =
      context.images.isEmpty
      ? []
      : self.findings.sorted { $0.probability > $1.probability }.map { estimate in
        (ReportWords.name(ofFinding: estimate.name), estimate.probability)
      }
    let classes: [Row] = self.classes.prefix(Self.classLimit).map { estimate in
      guard let code = DiagnosisCode(icd10: estimate.name) else {
        return (MarkdownPage.same(estimate.name), estimate.probability)
      }
      let name = ReportWords.name(of: code)
      return (
        BilingualText("\(code.icd10) \(name.chinese)", "\(code.icd10) \(name.english)"), estimate.probability
      )
    }
    return [(ReportWords.findings, findings), (ReportWords.classes, classes)].filter { !$0.1.isEmpty }
  }
}
