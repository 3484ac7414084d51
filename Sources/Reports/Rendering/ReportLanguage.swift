public import Studies

/// The language a report is shown in.
public enum ReportLanguage: String, CaseIterable, Sendable {
  case chinese = "zh"
  case english = "en"
  case both

  /// A word or heading: one language, or both with a slash between.
  public func word(_ text: BilingualText) -> String {
    switch self {
    case .chinese: text.chinese
    case .english: text.english
    case .both: text.chinese == text.english ? text.chinese : "\(text.chinese) / \(text.english)"
    }
  }

  /// A sentence, one line a language.
  public func lines(_ text: BilingualText) -> [String] {
    switch self {
    case .chinese: [text.chinese]
    case .english: [text.english]
    case .both: text.chinese == text.english ? [text.chinese] : [text.chinese, text.english]
    }
  }
}
