internal import Glibc

/// A look-up table of values (PS3.3 C.11.1.1, C.11.2.1.1): values before `first` and past the end take the nearest entry.
public struct LookUpTable: Equatable, Sendable {
  public let first: Int
  /// Of an entry.
  public let bits: Int
  public let entries: [UInt16]

  public init(first: Int, bits: Int, entries: [UInt16]) {
    self.first = first
    self.bits = bits
    self.entries = entries
  }

  public func callAsFunction(_ value: Int) -> UInt16 {
    entries.isEmpty ? 0 : entries[min(max(value - first, 0), entries.count - 1)]
  }
}

/// A window on values (PS3.3 C.11.2.1.2), giving 0 (black) ... 1 (white).
public struct DisplayWindow: Equatable, Sendable {
  /// VOI LUT Function (0028,1056).
  public enum Function: String, CaseIterable, Sendable {
    case linear = "LINEAR"
    case linearExact = "LINEAR_EXACT"
    case sigmoid = "SIGMOID"
  }

  public let center: Double
  public let width: Double
  public let function: Function

  /// Nil when the standard forbids the width: below 1 for LINEAR, 0 or less for the others.
  public init?(center: Double, width: Double, function: Function = .linear) {
    guard center.isFinite, width.isFinite, function == .linear ? width >= 1 : width > 0 else { return nil }
    self.center = center
    self.width = width
    self.function = function
  }

  public func callAsFunction(_ value: Double) -> Double {
    switch function {
    case .linear:
      let middle = center - 0.5
      let reach = (width - 1) / 2
      if value <= middle - reach { return 0 }
      if value > middle + reach { return 1 }
      return (value - middle) / (width - 1) + 0.5
    case .linearExact:
      if value <= center - width / 2 { return 0 }
      if value > center + width / 2 { return 1 }
      return (value - center) / width + 0.5
    case .sigmoid:
      return 1 / (1 + exp(-4 * (value - center) / width))
    }
  }
}
