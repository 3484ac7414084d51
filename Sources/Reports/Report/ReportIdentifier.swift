internal import Groundwork

/// The UID of a report: a UUID under the arc 2.25 (ITU-T X.667), made of digests rather than chance.
///
/// The UUID is of version 8 (RFC 9562): the first 128 bits of SHA-256 over the study's UID, the digests of its images, the
/// complaint, the digests of model, tokenizer and configuration, and the seed, each with its length before it. The same study
/// read by the same model with the same seed has the same UID; a change of any of these gives another.
enum ReportIdentifier {
  static func uid(for context: ReportContext) -> String {
    let provenance = context.provenance
    var parts = [Report.schemaName, context.studyUID, context.complaint?.text ?? ""]
    parts += context.images.flatMap { [$0.instanceUID, $0.digest] }
    parts += [
      provenance.modelDigest, provenance.tokenizerDigest, provenance.configurationDigest,
      String(provenance.seed),
    ]
    let digest = SHA256()
    for part in parts {
      let bytes = Array(part.utf8)
      digest.update(Array("\(bytes.count):".utf8) + bytes)
    }
    var value = digest.finish().prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    // Version 8 in bits 48 to 51, the variant of RFC 9562 in bits 64 and 65.
    value = value & ~(0xF << 76) | 8 << 76
    value = value & ~(3 << 62) | 2 << 62
    return "2.25.\(value)"
  }
}
