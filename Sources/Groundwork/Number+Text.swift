internal import Glibc

extension Double {
  /// With a fixed number of decimals, as in "0.80"; "nan" and "inf" as they are.
  public func text(decimals: Int) -> String {
    guard isFinite else { return isNaN ? "nan" : self > 0 ? "inf" : "-inf" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (magnitude * scale).rounded(.toNearestOrEven)
    // Beyond 2^53 the scaled value has no fraction left to print.
    guard rounded < 0x1p53 else { return "\(self)" }
    let digits = String(Int(rounded))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let text = decimals == 0 ? padded : "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    return self < 0 && rounded > 0 ? "-" + text : text
  }
}
