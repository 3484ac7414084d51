internal import Glibc

/// Functions of the C library under one roof, so that rooms need not each import it.
extension Double {
  public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  /// The natural logarithm.
  public static func log(_ x: Double) -> Double { Glibc.log(x) }
}
