import Console
import Groundwork
import Reports

/// The line that shows on a terminal how far a model is with its answer, in place of the JSON that it writes.
struct WritingLine {
  /// The parts of a report in the order of writing, by their keys.
  private static let parts: [(key: String, chinese: String, english: String)] = [
    ("findings", "影像所见", "findings"), ("impression", "诊断意见", "impression"),
    ("differential", "鉴别诊断", "differential"), ("recommendation", "建议", "recommendation"),
    ("urgency", "紧急程度", "urgency"),
  ]

  private let session: Session
  private let language: ReportLanguage
  private let start = monotonicSeconds()
  private var shownAt = -Double.infinity
  private var pieces = 0
  private var text = ""

  init(_ session: Session, language: ReportLanguage) {
    self.session = session
    self.language = language
  }

  /// Takes the next piece of the answer.
  mutating func add(_ piece: String) throws {
    text += piece
    pieces += 1
    let now = monotonicSeconds()
    guard session.messageTerminal.movesCursor, now - shownAt >= 0.1 else { return }
    shownAt = now
    let rate = Double(pieces) / max(0.001, now - start)
    let line = "\(part)  \(pieces) tokens  \(rate.text(decimals: 0))/s"
    let shown = DisplayWidth.truncated(line, to: session.messageTerminal.columns - 1)
    try session.messages.write("\r" + Style.faint.painted(shown, on: session.messageTerminal) + "\u{1B}[K")
  }

  /// Takes the line away.
  func finish() throws {
    if shownAt > 0 { try session.messages.write("\r\u{1B}[K") }
  }

  /// What is being written.
  private var part: String {
    let found = Self.parts.last { text.contains("\"\($0.key)\"") } ?? Self.parts[0]
    return switch language {
    case .chinese: "正在书写\(found.chinese)"
    case .english: "writing the \(found.english)"
    case .both: "正在书写\(found.chinese) / writing the \(found.english)"
    }
  }
}
