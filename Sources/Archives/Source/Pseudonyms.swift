internal import Glibc
public import Groundwork

/// Patients by names that tell nothing: digests of their numbers with a secret salt, which stays the same for a directory of
/// reports so that the studies of a patient can be found together.
public struct Pseudonyms: Sendable {
  private let salt: String

  public init(salt: String) { self.salt = salt }

  /// The salt of a file, which is made when it is not there; only its owner can read it. It must not be handed on with the
  /// reports.
  public init(file path: String) throws(FileError) {
    if File.kind(of: path) == nil {
      var random = SystemRandomNumberGenerator()
      let salt = (0..<4).map { _ in StudyKey.padded(random.next()) }.joined()
      try File.writeAtomically(path, salt + "\n")
      chmod(path, 0o600)
    }
    let text = String(decoding: try File.read(path, limit: 4096), as: UTF8.self)
    salt = text.filter { !$0.isWhitespace }
  }

  /// As in "p-0123456789abcde"; nil for no number.
  func pseudonym(for patientID: String?) -> String? {
    guard let patientID, !patientID.allSatisfy(\.isWhitespace) else { return nil }
    return "p-" + StudyKey.of("patient", salt, patientID)
  }
}

extension StudyKey {
  /// 16 hexadecimal digits.
  static func padded(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
