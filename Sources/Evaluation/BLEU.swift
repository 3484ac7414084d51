import Groundwork

/// BLEU (Papineni et al., ACL 2002) with the tokens, the closest reference length and the exponential smoothing of sacreBLEU
/// (Post, WMT 2018), so that scores can be compared with published ones.
public struct BLEU: Equatable, Sendable {
  /// 0 to 100.
  public let score: Double
  /// The share of n-grams that match, in percent, for each n from 1.
  public let precisions: [Double]
  public let brevityPenalty: Double
  public let statistics: Statistics

  /// What a corpus score is made of; sums over its texts.
  public struct Statistics: Equatable, Sendable {
    /// Tokens of the candidates, and of the references closest to them in length.
    public var candidateLength = 0
    public var referenceLength = 0
    /// N-grams that match, and all n-grams, for each n from 1.
    public var matches: [Int]
    public var totals: [Int]

    public init(order: Int = 4) {
      matches = [Int](repeating: 0, count: order)
      totals = matches
    }

    /// Of one text against its references; n-grams count as often as in the reference that has them most.
    public init(_ candidate: [String], references: [[String]], order: Int = 4) {
      self.init(order: order)
      candidateLength = candidate.count
      let closest = references.map(\.count).min { left, right in
        (abs(left - candidate.count), left) < (abs(right - candidate.count), right)
      }
      referenceLength = closest ?? 0
      for length in 1...max(1, order) where length <= order {
        var allowed: [[String]: Int] = [:]
        for reference in references {
          allowed.merge(NGrams.counts(reference, length: length)) { max($0, $1) }
        }
        for (gram, count) in NGrams.counts(candidate, length: length) {
          totals[length - 1] += count
          matches[length - 1] += min(count, allowed[gram] ?? 0)
        }
      }
    }

    public static func += (left: inout Statistics, right: Statistics) {
      left.candidateLength += right.candidateLength
      left.referenceLength += right.referenceLength
      for index in left.matches.indices {
        left.matches[index] += right.matches[index]
        left.totals[index] += right.totals[index]
      }
    }
  }

  /// `effectiveOrder`: leaves out orders for which a text has no n-grams, for scores of single sentences.
  public init(_ statistics: Statistics, effectiveOrder: Bool = false) {
    self.statistics = statistics
    let (length, reference) = (Double(statistics.candidateLength), Double(statistics.referenceLength))
    brevityPenalty = length >= reference ? 1 : length == 0 ? 0 : Double.exp(1 - reference / length)
    var precisions = [Double](repeating: 0, count: statistics.matches.count)
    guard statistics.matches.contains(where: { $0 > 0 }) else {
      self.precisions = precisions
      score = 0
      return
    }
    var smoothing = 1.0
    var order = precisions.count
    for index in precisions.indices {
      let total = Double(statistics.totals[index])
      if total == 0 { break }
      if effectiveOrder { order = index + 1 }
      if statistics.matches[index] == 0 {
        smoothing *= 2
        precisions[index] = 100 / (smoothing * total)
      } else {
        precisions[index] = 100 * Double(statistics.matches[index]) / total
      }
    }
    self.precisions = precisions
    let used = precisions.prefix(order)
    score =
      used.contains(0)
      ? 0 : brevityPenalty * Double.exp(used.reduce(0) { $0 + Double.log($1) } / Double(order))
  }

  /// The score of a corpus: `references[i]` are those of `candidates[i]`.
  public static func corpus(
    _ candidates: [String], references: [[String]], tokens: TextTokens, order: Int = 4
  ) -> BLEU {
    var sum = Statistics(order: order)
    for (candidate, references) in zip(candidates, references) {
      sum += Statistics(tokens.split(candidate), references: references.map(tokens.split), order: order)
    }
    return BLEU(sum)
  }

  /// The score of one text.
  public static func sentence(
    _ candidate: String, references: [String], tokens: TextTokens, order: Int = 4
  ) -> BLEU {
    BLEU(
      Statistics(tokens.split(candidate), references: references.map(tokens.split), order: order),
      effectiveOrder: true)
  }
}

/// Runs of neighbouring tokens.
enum NGrams {
  static func counts(_ tokens: [String], length: Int) -> [[String]: Int] {
    var counts: [[String]: Int] = [:]
    guard length > 0, tokens.count >= length else { return counts }
    for start in 0...tokens.count - length { counts[Array(tokens[start..<start + length]), default: 0] += 1 }
    return counts
  }
}
