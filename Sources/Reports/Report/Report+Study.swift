public import Studies

extension Report {
  /// The report that a study record itself yields, without a model: the reference to learn from and to compare with.
  ///
  /// Findings that the record states to be present, uncertain, absent or not assessed appear so; sentences, recommendation
  /// and urgency are those of `ClinicalKnowledge`; boxes become evidence in the first current image.
  public static func compose(from study: Study, context: ReportContext) -> Report {
    var context = context
    context.sex = study.sex ?? context.sex
    context.ageYears = study.ageYears ?? context.ageYears
    context.complaint = study.complaint ?? context.complaint
    if context.pseudonym.isEmpty { context.pseudonym = study.patient ?? "" }
    var support = Support()
    support.absent = study.findings.filter { $0.presence == .absent }.map(\.code)
    support.notAssessed = study.findings.filter { $0.presence == .notAssessed }.map(\.code)
    if let image = context.images.first {
      for finding in study.findings {
        guard let box = finding.box else { continue }
        support.evidence[finding.code, default: []].append(
          Evidence(instanceUID: image.instanceUID, box: box))
      }
    }
    return Report(draft: ClinicalDraft(statedBy: study), support: support, context: context)
  }
}
