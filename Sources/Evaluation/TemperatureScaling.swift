import Groundwork

/// Fits the one number that turns a head's scores into probabilities (Guo et al. 2017).
public enum TemperatureScaling {
  /// The temperature with the least mean negative log-likelihood, found by golden-section search over its logarithm between
  /// 1/20 and 20.
  ///
  /// - Parameter loss: the mean negative log-likelihood at a temperature; it has one minimum.
  public static func fit(_ loss: (Double) -> Double) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var low = -Double.log(20)
    var high = Double.log(20)
    while high - low > 1e-4 {
      let left = high - ratio * (high - low)
      let right = low + ratio * (high - low)
      if loss(Double.exp(left)) < loss(Double.exp(right)) { high = right } else { low = left }
    }
    return Double.exp((low + high) / 2)
  }

  /// −log of the probability that a logit gives to the truth.
  public static func loss(logit: Double, truth: Bool) -> Double {
    let signed = truth ? -logit : logit
    return max(signed, 0) + Double.log(1 + Double.exp(-abs(signed)))
  }

  /// −log of the probability that logits give to the true class.
  public static func loss(logits: [Double], truth: Int) -> Double {
    let largest = logits.max() ?? 0
    return Double.log(logits.reduce(0) { $0 + Double.exp($1 - largest) }) + largest - logits[truth]
  }
}
