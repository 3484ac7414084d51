internal import Studies

/// Reads from a text which findings it states, denies or doubts, and on which side: words, and the reach of denials and doubts
/// inside a clause. Knows Chinese and English, also mixed; no model, no state.
///
/// It is a check and a yardstick. It does not understand comparisons with earlier films, and takes a denial to reach up to the
/// end of its clause.
public struct RuleLabeller: Sendable {
  private let lexicon = FindingLexicon.shared

  public init() {}

  private struct Word {
    let meaning: FindingLexicon.Meaning
    let place: Int
  }

  /// A finding named in a clause.
  private struct Mention {
    let code: FindingCode
    let place: Int
    /// What the words themselves say already.
    let stated: Presence?
  }

  /// The findings of a text in the order in which they are first named, each once: when it is stated twice, present counts
  /// over uncertain over absent, and sides are joined.
  public func labels(of text: String) -> [FindingLabel] {
    var labels: [FindingLabel] = []
    for clause in clauses(of: text) {
      for label in Self.labels(ofClause: clause) { Self.merge(label, into: &labels) }
    }
    return labels
  }

  private static func merge(_ label: FindingLabel, into labels: inout [FindingLabel]) {
    guard let known = labels.firstIndex(where: { $0.code == label.code }) else { return labels.append(label) }
    let winner = FindingLabel.stronger(labels[known].presence, label.presence)
    if winner != labels[known].presence {
      labels[known] = label
    } else if winner == label.presence {
      if labels[known].severity == nil { labels[known].severity = label.severity }
      switch (labels[known].laterality, label.laterality) {
      case (nil, _): labels[known].laterality = label.laterality
      case (let first?, let second?) where first != second: labels[known].laterality = .bilateral
      default: break
      }
    }
  }

  private func clauses(of text: String) -> [[Word]] {
    let characters = Array(text.lowercased())
    var clauses: [[Word]] = []
    var clause: [Word] = []
    var place = 0
    while place < characters.count {
      if let (meaning, length) = lexicon.word(in: characters, at: place) {
        if meaning == .clauseEnd {
          clauses.append(clause)
          clause = []
        } else {
          clause.append(Word(meaning: meaning, place: place))
        }
        place += length
      } else {
        if characters[place] == ".", Self.isSentenceEnd(characters, place) {
          clauses.append(clause)
          clause = []
        }
        place += 1
      }
    }
    return clauses + [clause]
  }

  /// A full stop, not the point of a number.
  private static func isSentenceEnd(_ text: [Character], _ place: Int) -> Bool {
    place + 1 >= text.count || !text[place + 1].isNumber
  }

  private static func labels(ofClause words: [Word]) -> [FindingLabel] {
    let mentions = words.compactMap { word -> Mention? in
      switch word.meaning {
      case .finding(let code): Mention(code: code, place: word.place, stated: nil)
      case .statement(let code, let presence): Mention(code: code, place: word.place, stated: presence)
      default: nil
      }
    }
    return mentions.enumerated().map { index, mention in
      FindingLabel(
        code: mention.code, presence: mention.stated ?? presence(of: mention, in: words),
        laterality: mention.code.isSided ? side(of: index, mentions, in: words) : nil,
        severity: degree(of: index, mentions, in: words))
    }
  }

  /// The cue nearest before the finding counts, then the one after it; without any the finding is there.
  private static func presence(of mention: Mention, in words: [Word]) -> Presence {
    if words.contains(where: { $0.meaning == .notAssessed }) { return .notAssessed }
    for word in words.reversed() where word.place < mention.place {
      if word.meaning == .doubtBefore { return .uncertain }
      if word.meaning == .negationBefore { return .absent }
    }
    for word in words where word.place > mention.place {
      if word.meaning == .doubtAfter { return .uncertain }
      if word.meaning == .negationAfter { return .absent }
    }
    return .present
  }

  /// The degree nearest before the finding in its own part of the clause.
  private static func degree(of index: Int, _ mentions: [Mention], in words: [Word]) -> Severity? {
    let place = mentions[index].place
    let previous = index > 0 ? mentions[index - 1].place : -1
    for word in words.reversed() where word.place < place && word.place > previous {
      if word.meaning == .conjunction { return nil }
      if case .degree(let degree) = word.meaning { return degree }
    }
    return nil
  }

  /// The side nearest before the finding in its own part of the clause, or else the first behind it there; a side that stands
  /// before a row of findings is of all of them.
  private static func side(of index: Int, _ mentions: [Mention], in words: [Word]) -> Laterality? {
    let place = mentions[index].place
    let previous = index > 0 ? mentions[index - 1].place : -1
    let following = index + 1 < mentions.count ? mentions[index + 1].place : Int.max
    let joints = words.filter { $0.meaning == .conjunction }.map(\.place)
    let start = joints.last { $0 > previous && $0 < place } ?? previous
    let end = joints.first { $0 > place && $0 < following } ?? following
    let sides = words.compactMap { word -> (place: Int, side: Laterality)? in
      if case .side(let side) = word.meaning { return (word.place, side) }
      return nil
    }
    if let near = sides.last(where: { $0.place > start && $0.place < place }) { return near.side }
    if let behind = sides.first(where: { $0.place > place && $0.place < end }) { return behind.side }
    guard let first = mentions.first else { return nil }
    return sides.last { $0.place < first.place }?.side
  }
}
