internal import Imaging

/// What names a patient in a DICOM file, so that it can be kept out of texts and paths.
struct Identifiers {
  /// In small letters, the longest first.
  private let words: [String]

  init(_ file: DICOMFile) {
    var words: Set<String> = []
    for tag in [DICOMTag.patientID, .accessionNumber, .patientName] {
      for text in file.texts(tag) {
        words.insert(text)
        // A name has components "Wang^XiaoDong" in groups "Wang^XiaoDong=王^小东".
        guard tag == .patientName else { continue }
        for group in text.split(separator: "=") {
          words.insert(group.filter { $0 != "^" && $0 != " " })
          for part in group.split(whereSeparator: { "^ ,.".contains($0) }) { words.insert(String(part)) }
        }
      }
    }
    self.words = words.map { $0.lowercased() }.filter(Self.isTelling).sorted {
      ($1.count, $0) < ($0.count, $1)
    }
  }

  /// A single Chinese character, two letters or a short number are in too many words to be masked.
  private static func isTelling(_ word: String) -> Bool {
    word.count >= (word.unicodeScalars.contains { $0.value > 0x2E80 } ? 2 : 3)
  }

  /// The text with "…" for what names the patient.
  func masked(_ text: String) -> String {
    var masked = text
    for word in words {
      var start = masked.startIndex
      while let range = masked[start...].firstRange(ofLowercased: word) {
        guard masked.isWholeWord(range) else {
          start = masked.index(after: range.lowerBound)
          continue
        }
        let offset = masked.distance(from: masked.startIndex, to: range.lowerBound)
        masked.replaceSubrange(range, with: "…")
        start = masked.index(masked.startIndex, offsetBy: offset + 1)
      }
    }
    return masked
  }
}

extension StringProtocol where SubSequence == Substring {
  /// Where a word stands, whatever the case of its letters here; the word is in small letters.
  fileprivate func firstRange(ofLowercased word: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      var (here, there) = (start, word.startIndex)
      while here < endIndex, there < word.endIndex, self[here].lowercased() == String(word[there]) {
        (here, there) = (index(after: here), word.index(after: there))
      }
      if there == word.endIndex { return start..<here }
      start = index(after: start)
    }
    return nil
  }
}

extension String {
  /// Whether a range is not the middle of a longer word of letters or digits; Chinese has no such borders.
  fileprivate func isWholeWord(_ range: Range<String.Index>) -> Bool {
    func isASCIIWord(_ character: Character?) -> Bool {
      character.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
    }
    let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : nil
    let after = range.upperBound < endIndex ? self[range.upperBound] : nil
    return !(isASCIIWord(before) && isASCIIWord(self[range].first))
      && !(isASCIIWord(after) && isASCIIWord(self[range].last))
  }
}
