/// How a report is written besides `report.json`, which is always there.
public enum ReportForm: String, CaseIterable, Sendable {
  case json, markdown, html

  /// The name of its file: of a report, or of the plain answer of a model that writes none.
  func fileName(ofReport isReport: Bool) -> String {
    let ending =
      switch self {
      case .json: "json"
      case .markdown: "md"
      case .html: "html"
      }
    return (isReport ? "report." : "answer.") + ending
  }
}
