internal import Groundwork
internal import Imaging
public import Studies

/// What a DICOM file says about its study besides the pixels.
struct DICOMFacts {
  let studyUID: String?
  let instanceUID: String?
  let modality: String?
  let bodyPart: String?
  let acquired: String?
  let patientID: String?
  let sex: Sex?
  let ageYears: Double?
  let complaint: String?
  let history: String?
  let identifiers: Identifiers

  init(_ file: DICOMFile) {
    let identifiers = Identifiers(file)
    func words(_ tag: DICOMTag) -> String? {
      let text = file.text(tag)?.split(whereSeparator: \.isWhitespace).joined(separator: " ") ?? ""
      return text.isEmpty ? nil : identifiers.masked(text)
    }
    self.identifiers = identifiers
    studyUID = file.text(.studyInstanceUID)
    instanceUID = file.text(.sopInstanceUID)
    modality = file.text(.modality)?.uppercased()
    bodyPart = file.text(.bodyPartExamined)
    patientID = file.text(.patientID)
    sex = file.text(.patientSex).flatMap { Sex(rawValue: $0.uppercased()) }
    acquired =
      Self.moment(file, .acquisitionDate, .acquisitionTime) ?? Self.moment(file, .studyDate, .studyTime)
    ageYears =
      file.text(.patientAge).flatMap(Self.years)
      ?? Self.years(from: file.text(.patientBirthDate), to: file.text(.studyDate))
    let statements = [
      words(.reasonForStudy), words(.reasonForTheRequestedProcedure), words(.admittingDiagnosesDescription),
      words(.additionalPatientHistory),
    ].compactMap { $0 }
    complaint = statements.first
    history = words(.additionalPatientHistory).flatMap { $0 == statements.first ? nil : $0 }
  }

  /// An Age String (PS3.5 6.2): "056Y", "018M", "003W", "010D".
  static func years(_ text: String) -> Double? {
    guard let unit = text.last, let count = Int(text.dropLast()), (0...999).contains(count) else {
      return nil
    }
    let perYear: [Character: Double] = ["Y": 1, "M": 12, "W": 52.1775, "D": 365.2425]
    return perYear[unit].map { Double(count) / $0 }.flatMap { $0 <= 150 ? $0 : nil }
  }

  /// Whole years between two dates "YYYYMMDD".
  static func years(from birth: String?, to day: String?) -> Double? {
    guard let birth = birth.flatMap(date), let day = day.flatMap(date) else { return nil }
    let hadBirthday = (day.month, day.day) >= (birth.month, birth.day)
    let years = day.year - birth.year - (hadBirthday ? 0 : 1)
    return (0...150).contains(years) ? Double(years) : nil
  }

  private static func date(_ text: String) -> (year: Int, month: Int, day: Int)? {
    guard text.utf8.count == 8, let number = Int(text), number > 0 else { return nil }
    let (month, day) = (number / 100 % 100, number % 100)
    return (1...12).contains(month) && (1...31).contains(day) ? (number / 10000, month, day) : nil
  }

  /// RFC 3339 of a date and a time, with the offset that the file states.
  private static func moment(_ file: DICOMFile, _ day: DICOMTag, _ time: DICOMTag) -> String? {
    guard let text = file.text(day), let date = date(text) else { return nil }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let digits = file.text(time)?.prefix { $0 != "." }.filter(\.isNumber) ?? ""
    var clock = "00:00:00"
    if digits.count >= 4, digits.allSatisfy(\.isASCII) {
      let parts = Array(digits + "00")
      clock = "\(String(parts[0...1])):\(String(parts[2...3])):\(String(parts[4...5]))"
    }
    var offset = ""
    if let zone = file.text(.timezoneOffsetFromUTC), zone.count == 5, zone.first == "+" || zone.first == "-" {
      offset = "\(zone.prefix(3)):\(zone.suffix(2))"
    }
    return "\(date.year)-\(two(date.month))-\(two(date.day))T\(clock)\(offset)"
  }

  /// Why a model of chest radiographs should not read it; nil when it may. By Modality (0008,0060): computed and digital
  /// radiography, film, and "DR", which vendors write; by SOP class where none is given. By Body Part Examined (0018,0015), as
  /// far as it is given.
  func refusal(sopClass: String?) -> (Refusal.Reason, String)? {
    let shown = modality.map { String($0.prefix(16)) }
    let isRadiograph =
      modality.map { ["CR", "DX", "DR", "RG"].contains($0) }
      ?? [DICOMImage.computedRadiography, DICOMImage.digitalXRayForPresentation].contains(sopClass ?? "")
    guard isRadiograph else {
      return (
        .modality,
        shown.map { "its modality is \($0), not a plain radiograph" } ?? "its modality is not given"
      )
    }
    let part = bodyPart?.uppercased() ?? ""
    guard part.isEmpty || ["CHEST", "THORA", "TORAX", "LUNG", "胸", "肺"].contains(where: part.contains) else {
      return (.bodyPart, "the body part is \(part.prefix(16)), not the chest")
    }
    return nil
  }
}

extension Complaint {
  /// Words of an unknown language: Chinese when they hold a Chinese character.
  public init(words: String) {
    let isChinese = words.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
    self.init(text: words, language: isChinese ? .chinese : .english)
  }
}
