/// The check digit that ends every SNOMED CT identifier (Verhoeff 1969; SNOMED CT Release File Specification, "Check-digit"):
/// it detects each wrong digit and each swap of neighbours.
public enum VerhoeffCheckDigit {
  /// Whether the last digit of `identifier` is the check digit of those before it. False for anything but two or more digits.
  public static func isValid(_ identifier: String) -> Bool {
    guard let digits = digits(of: identifier), digits.count >= 2 else { return false }
    return fold(digits, firstPosition: 0) == 0
  }

  /// The digit to append to `digits`; nil when they are not all decimal digits.
  public static func digit(for identifier: String) -> Int? {
    guard let digits = digits(of: identifier), !digits.isEmpty else { return nil }
    let remainder = fold(digits, firstPosition: 1)
    return (0...9).first { product($0, remainder) == 0 }
  }

  private static func digits(of identifier: String) -> [Int]? {
    var digits: [Int] = []
    for byte in identifier.utf8 {
      guard (48...57).contains(byte) else { return nil }
      digits.append(Int(byte) - 48)
    }
    return digits
  }

  private static func fold(_ digits: [Int], firstPosition: Int) -> Int {
    var result = 0
    for (offset, digit) in digits.reversed().enumerated() {
      result = product(result, permuted(digit, times: (offset + firstPosition) % 8))
    }
    return result
  }

  /// The product of the dihedral group of order ten: 0 to 4 are the rotations, 5 to 9 the reflections.
  private static func product(_ left: Int, _ right: Int) -> Int {
    let rotation = left < 5 ? left + right : left - right
    let isReflection = (left < 5) != (right < 5)
    return (rotation % 5 + 5) % 5 + (isReflection ? 5 : 0)
  }

  private static func permuted(_ digit: Int, times: Int) -> Int {
    let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    var result = digit
    for _ in 0..<times { result = permutation[result] }
    return result
  }
}
