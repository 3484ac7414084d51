internal import Studies

extension Report {
  /// The report as Markdown (CommonMark with tables): red flags first, then impression, findings, differential,
  /// recommendation, what was not evaluated, where it comes from, and the notice.
  public func markdown(language: ReportLanguage = .both) -> String {
    var page = MarkdownPage(language: language)
    page.heading(1, ReportWords.title)
    page.quote(Self.notice)
    if let banner { page.warning(banner) }
    addAlerts(to: &page)
    addStudy(to: &page)
    if status != .abstained {
      addClinicalPart(to: &page)
    }
    if !limits.isEmpty {
      page.heading(2, ReportWords.notEvaluated)
      page.list(limits.map(\.text))
    }
    addProvenance(to: &page)
    return page.text
  }

  private func addAlerts(to page: inout MarkdownPage) {
    guard !critical.isEmpty else { return }
    page.heading(2, ReportWords.redFlags)
    page.list(critical.map { words(for: $0) })
    page.warning(ReportWords.callAtOnce)
  }

  private func addStudy(to page: inout MarkdownPage) {
    page.heading(2, ReportWords.study)
    page.fact(ReportWords.patient, context.patientWords)
    page.fact(ReportWords.views, context.viewWords)
    if let complaint = context.complaint {
      page.fact(ReportWords.complaint, BilingualText(complaint.text, complaint.text))
    }
    if !context.quality.isEmpty {
      let notes = context.quality.map { note in
        let remark = note.note.isEmpty ? "" : " (\(note.note))"
        return BilingualText(note.code.name.chinese + remark, note.code.name.english + remark)
      }
      page.fact(ReportWords.quality, MarkdownPage.joined(notes))
    }
    if status != .abstained { page.fact(ReportWords.urgency, ReportWords.word(for: urgency)) }
    page.end()
  }

  private func addClinicalPart(to page: inout MarkdownPage) {
    page.heading(2, ReportWords.impression)
    page.list(impression.map(\.text), isNumbered: true)
    page.heading(2, ReportWords.findings)
    page.table(
      [
        BilingualText("", ""), ReportWords.finding, ReportWords.presence, ReportWords.side, ReportWords.zone,
        ReportWords.severity, ReportWords.probability, ReportWords.band, ReportWords.change,
      ],
      findings.map { item in
        [
          BilingualText(item.id, item.id), ReportWords.name(of: item.code),
          ReportWords.word(for: item.presence),
          ReportWords.word(for: item.laterality), ReportWords.places(of: item),
          ReportWords.word(for: item.severity), MarkdownPage.same(ReportWords.probability(item.probability)),
          ReportWords.band(of: item), ReportWords.word(for: item.change),
        ]
      })
    page.list(findings.map(\.text))
    page.list([ReportWords.bands])
    if !differential.isEmpty {
      page.heading(2, ReportWords.differential)
      page.table(
        [
          MarkdownPage.same("ICD-10"), ReportWords.diagnosis, ReportWords.probability, ReportWords.supporting,
          ReportWords.against,
        ],
        differential.map { candidate in
          [
            MarkdownPage.same(candidate.code.icd10), ReportWords.name(of: candidate.code),
            MarkdownPage.same(ReportWords.probability(candidate.probability)),
            MarkdownPage.same(candidate.supporting.joined(separator: " ")),
            MarkdownPage.same(candidate.against.joined(separator: " ")),
          ]
        })
    }
    if !recommendation.isEmpty {
      page.heading(2, ReportWords.recommendation)
      page.list(
        recommendation.map {
          BilingualText(
            "\($0.text.chinese)（\($0.within.chinese)）", "\($0.text.english) (\($0.within.english))")
        }, isNumbered: true)
    }
  }

  private func addProvenance(to page: inout MarkdownPage) {
    let provenance = context.provenance
    page.heading(2, ReportWords.provenance)
    page.fact(ReportWords.software, MarkdownPage.same(provenance.software))
    page.fact(ReportWords.modelDigest, MarkdownPage.same(provenance.modelDigest))
    page.fact(ReportWords.calibration, context.provenance.calibration.words)
    page.fact(MarkdownPage.same("UID"), MarkdownPage.same(uid))
    page.fact(ReportWords.generated, MarkdownPage.same(provenance.generated))
    page.end()
  }
}
