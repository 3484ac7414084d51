import Reports
import Studies

/// How good generated reports are, by what they state rather than by their words; and signs of a writer that repeats itself.
public struct ReportQuality: Sendable {
  /// A generated text and the reference for it. Each is a draft as JSON, a report as JSON, or free text.
  public struct Pair: Sendable {
    public let text: String
    public let reference: String

    public init(text: String, reference: String) {
      self.text = text
      self.reference = reference
    }
  }

  /// Texts that are valid and consistent drafts, over all.
  public private(set) var validityRate = 0.0
  /// Different texts over all: near 0 when the writer gives everybody the same report.
  public private(set) var distinctRatio = 0.0
  /// N-grams of four tokens that stand in their text before, over all; a mean over texts.
  public private(set) var repetitionRate = 0.0
  /// For each finding of the catalogue that either side states: is it said to be there, present or uncertain?
  public private(set) var findings: [FindingCode: BinaryCounts] = [:]
  /// Findings that both state, one present and the other absent, over all that both state. nil: there is none.
  public private(set) var polarityFlipRate: Double?
  /// Sides that are right, over the paired findings that both state to be there and the reference gives a side.
  public private(set) var lateralityAccuracy: Double?
  /// Cases whose first diagnosis is right, and whose first three hold the reference's first, over those that have one.
  public private(set) var topDiagnosis: Double?
  public private(set) var topThreeDiagnoses: Double?
  /// Cases with the right urgency, over those whose reference is structured.
  public private(set) var urgencyAccuracy: Double?

  public init(_ pairs: [Pair]) {
    let texts = pairs.map { StatedReport($0.text) }
    let references = pairs.map { StatedReport($0.reference) }
    let count = Double(max(1, pairs.count))
    validityRate = Double(texts.count { $0.isValid }) / count
    distinctRatio = Double(Set(pairs.map(\.text)).count) / count
    repetitionRate = pairs.reduce(0) { $0 + Self.repetition($1.text) } / count
    compareFindings(texts, references)
    compareConclusions(texts, references)
  }

  /// The share of n-grams that stand in the text before; 0 for a text too short to have any.
  public static func repetition(_ text: String, length: Int = 4, tokens: TextTokens = .mixed) -> Double {
    let counts = NGrams.counts(tokens.split(text), length: length)
    let all = counts.values.reduce(0, +)
    return all == 0 ? 0 : Double(all - counts.count) / Double(all)
  }

  private mutating func compareFindings(_ texts: [StatedReport], _ references: [StatedReport]) {
    let stated = Set((texts + references).flatMap { $0.labels.map(\.code) }).subtracting([.normal])
    var (both, flipped, sides, rightSides) = (0, 0, 0, 0)
    for (text, reference) in zip(texts, references) {
      for code in stated {
        let ours = text.label(of: code)
        let theirs = reference.label(of: code)
        findings[code, default: BinaryCounts()].add(
          predicted: ours?.isPositive ?? false, truth: theirs?.isPositive ?? false)
        guard let ours, let theirs else { continue }
        both += 1
        let presences: Set = [ours.presence, theirs.presence]
        if presences == [.present, .absent] { flipped += 1 }
        if code.isSided, ours.isPositive, theirs.isPositive, let side = theirs.side {
          sides += 1
          rightSides += ours.side == side ? 1 : 0
        }
      }
    }
    polarityFlipRate = Self.share(flipped, of: both)
    lateralityAccuracy = Self.share(rightSides, of: sides)
  }

  private mutating func compareConclusions(_ texts: [StatedReport], _ references: [StatedReport]) {
    var (diagnosed, first, firstThree, structured, rightUrgency) = (0, 0, 0, 0, 0)
    for (text, reference) in zip(texts, references) {
      if let main = reference.diagnoses.first {
        diagnosed += 1
        first += text.diagnoses.first == main ? 1 : 0
        firstThree += text.diagnoses.prefix(3).contains(main) ? 1 : 0
      }
      if let urgency = reference.urgency {
        structured += 1
        rightUrgency += text.urgency == urgency ? 1 : 0
      }
    }
    topDiagnosis = Self.share(first, of: diagnosed)
    topThreeDiagnoses = Self.share(firstThree, of: diagnosed)
    urgencyAccuracy = Self.share(rightUrgency, of: structured)
  }

  private static func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}

extension FindingLabel {
  fileprivate var isPositive: Bool { presence == .present || presence == .uncertain }

  /// Left, right or both; nil when no side is said.
  fileprivate var side: Laterality? {
    switch laterality {
    case .left, .right, .bilateral: laterality
    case .midline, .none?, .unknown, nil: nil
    }
  }
}
