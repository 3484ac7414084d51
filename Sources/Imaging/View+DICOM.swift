extension View {
  /// The view a DICOM object names: by its View Position (0018,5101), its View Code Sequence (0054,0220), or, for laterals, its
  /// Patient Orientation (0020,0020).
  init(_ file: DICOMFile) {
    let isSupine =
      ["SUPINE", "RECUMBENT"].contains { word in
        [DICOMTag.viewPosition, .seriesDescription, .protocolName].contains {
          file.text($0)?.uppercased().contains(word) ?? false
        }
      } || ["HFS", "FFS"].contains(file.text(.patientPosition))
    let named = Self.named(file.text(.viewPosition)) ?? Self.coded(file) ?? Self.oriented(file) ?? .unknown
    self = named == .anteroposterior && isSupine ? .anteroposteriorSupine : named
  }

  /// By the defined terms of PS3.3 C.8.7.1.1.1 and what vendors write instead.
  static func named(_ position: String?) -> View? {
    guard let position, !position.isEmpty else { return nil }
    let words = position.uppercased().split { !$0.isLetter }
    if words.contains("LATERAL") || words.contains("LAT") { return .lateral }
    switch words.first {
    case "PA": return .posteroanterior
    case "AP": return .anteroposterior
    case "LL", "RL", "LLD", "RLD": return words.first == "LL" || words.first == "RL" ? .lateral : .other
    default: return .other
    }
  }

  private static func coded(_ file: DICOMFile) -> View? {
    // CID 4010 of PS3.16.
    switch file.text(.codeValue, in: .viewCodeSequence) {
    case "399348003", "R-10206": return .anteroposterior
    case "272479007", "R-10214": return .posteroanterior
    case "399067008", "399173006", "399198007", "R-10228", "R-10232", "R-10236": return .lateral
    case nil: return nil
    default: return .other
    }
  }

  private static func oriented(_ file: DICOMFile) -> View? {
    let row = file.texts(.patientOrientation).first?.first
    return row == "A" || row == "P" ? .lateral : nil
  }
}
