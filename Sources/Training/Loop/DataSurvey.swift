internal import Groundwork
public import Studies

/// What one pass over a study file finds: where the records of each split are, and what they state. The records themselves are
/// not kept, so the memory is eight bytes a record.
public struct DataSurvey: Sendable {
  public let path: String
  /// Where the line of each record starts, by split.
  public private(set) var offsets: [String: [Int]] = [:]
  /// The labels of the training split, in their own order.
  public private(set) var labels: [String] = []
  /// The first diagnosis of each record of the training split, once each.
  public private(set) var diagnoses: [String] = []
  /// The findings that some record of the training split has present, in the catalogue's order.
  public private(set) var findings: [FindingCode] = []
  /// Records of the training split with something to write, for each kind of answer.
  public private(set) var reports = 0
  public private(set) var texts = 0

  /// - Parameters:
  ///   - training: the split that is learned from.
  ///   - checksImages: whether a record whose image is missing is refused, with its line, before anything begins.
  public init(_ path: String, training: String, checksImages: Bool) throws {
    self.path = path
    let reader = try StudyReader(path)
    var labels: Set<String> = []
    var diagnoses: Set<String> = []
    var findings: Set<FindingCode> = []
    while let study = try reader.next() {
      guard let split = study.split else { continue }
      if checksImages { try reader.checkImages(of: study) }
      offsets[split, default: []].append(reader.recordOffset)
      guard split == training else { continue }
      if let label = study.label { labels.insert(label) }
      if let diagnosis = study.diagnoses.first { diagnoses.insert(diagnosis.icd10) }
      findings.formUnion(study.presentFindings.map(\.code))
      if study.report != nil { reports += 1 }
      if study.reportText != nil { texts += 1 }
    }
    self.labels = labels.sorted()
    self.diagnoses = diagnoses.sorted()
    self.findings = FindingCode.allCases.filter(findings.contains)
  }

  /// How many records each split has.
  public var counts: [String: Int] { offsets.mapValues(\.count) }

  public func split(_ name: String) -> StudySplit {
    StudySplit(path: path, offsets: offsets[name] ?? [])
  }
}

/// The records of one split, read from the file when they are asked for.
public struct StudySplit: Sendable, RandomAccessCollection {
  let path: String
  let offsets: [Int]

  public var startIndex: Int { 0 }
  public var endIndex: Int { offsets.count }
  public subscript(position: Int) -> Int { offsets[position] }

  /// What the images of the records are relative to.
  public var directory: String { Path.parent(of: path) }

  public func study(_ index: Int) throws -> Study {
    guard let study = try StudyReader(path, startingAt: offsets[index]).next() else {
      throw TrainingError.run(
        path: path, reason: "the file became shorter while it was read; begin the run again")
    }
    return study
  }
}
