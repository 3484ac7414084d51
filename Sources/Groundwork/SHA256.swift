internal import CDigest

/// SHA-256 (FIPS 180-4), a piece at a time; by OpenSSL.
public final class SHA256 {
  private let context: OpaquePointer?

  public init() {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest of everything so far as 32 bytes; call once.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// The digest in 64 hexadecimal digits; call once.
  public func finishHexadecimal() -> String { Self.hexadecimal(finish()) }

  public static func hexadecimal(of bytes: [UInt8]) -> String {
    let digest = SHA256()
    digest.update(bytes)
    return digest.finishHexadecimal()
  }

  /// The digest of a file, read through a mapping.
  public static func hexadecimal(ofFile path: String) throws(FileError) -> String {
    let digest = SHA256()
    let file = try MappedFile(path)
    withExtendedLifetime(file) { digest.update(file.bytes) }
    return digest.finishHexadecimal()
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
