internal import Groundwork
public import Imaging

/// Makes phantom studies: a chest film computed from line integrals through an anatomy with findings drawn in, and a complaint
/// that together with the film, but not without it, tells the diagnosis. No patient was ever behind one.
///
/// A study depends on the seed and its index alone, so any study of a set can be made again by itself.
public struct PhantomGenerator: Sendable {
  public let seed: UInt64
  /// The longer side of an image in pixels.
  public let size: Int
  /// The share of studies with a lateral film beside the frontal one.
  public let lateralShare: Double

  /// Throws `StudiesError.phantomRequest` for a size outside 64...4096.
  public init(seed: UInt64, size: Int = 320, lateralShare: Double = 0.12) throws(StudiesError) {
    guard (64...4096).contains(size) else {
      throw .phantomRequest(reason: "an image of \(size) pixels; choose from 64 to 4096")
    }
    guard (0...1).contains(lateralShare) else {
      throw .phantomRequest(reason: "a share of lateral films of \(lateralShare); choose from 0 to 1")
    }
    self.seed = seed
    self.size = size
    self.lateralShare = lateralShare
  }

  /// Study number `index` with its images in the order of the record; the paths in the record are those of `writeSet` for PNG.
  public func study(_ index: Int) -> (study: Study, images: [Radiograph]) {
    study(plan(index))
  }

  func study(_ plan: Plan) -> (study: Study, images: [Radiograph]) {
    let (boxes, images) = films(of: plan)
    return (record(of: plan, boxes: boxes, imageCount: images.count), images)
  }

  /// Everything about a study but its pixels.
  struct Plan: Sendable {
    var index: Int
    var patient: Int
    var phantom: PhantomCase
    var findings: [PhantomFinding]
    var complaint: Complaint
    var sex: Sex
    var ageYears: Int
    var view: View
    var hasLateral: Bool
  }

  /// Six studies belong to five patients: the last of each six is the follow-up of the one before it.
  private static let studiesPerBlock = 6
  private static let patientsPerBlock = 5

  private func stream(_ name: String, _ number: Int) -> PhiloxGenerator {
    PhiloxGenerator(seed: seed, name: "\(name) \(number)")
  }

  func plan(_ index: Int) -> Plan {
    let place = index % Self.studiesPerBlock
    let patient = index / Self.studiesPerBlock * Self.patientsPerBlock + min(place, Self.patientsPerBlock - 1)
    let isFollowUp = place == Self.studiesPerBlock - 1
    var patientStream = stream("phantom patient", patient)
    let phantom = PhantomCase.draw(&patientStream)
    let isMale = patientStream.uniform() < (phantom.family == .dust ? 0.85 : 0.5)
    let age = Int.random(in: phantom.family.ages, using: &patientStream)
    var random = stream("phantom study", index)
    let findings = phantom.drawFindings(&random)
    let language: Complaint.Language = index.isMultiple(of: 2) ? .chinese : .english
    let sex: Sex = isMale ? .male : .female
    let ageYears = age + (isFollowUp ? 1 : 0)
    let complaint = PhantomComplaint.draw(
      phantom.family, language: language, ageYears: ageYears, sex: sex, &random)
    let view: View = random.uniform() < 0.2 ? .anteroposterior : .posteroanterior
    return Plan(
      index: index, patient: patient, phantom: phantom, findings: findings, complaint: complaint, sex: sex,
      ageYears: ageYears, view: view,
      hasLateral: view == .posteroanterior && random.uniform() < lateralShare)
  }

  private func films(of plan: Plan) -> (boxes: [FindingCode: PixelBox], images: [Radiograph]) {
    var patientStream = stream("phantom body", plan.patient)
    var random = stream("phantom film", plan.index)
    var body = PhantomBody(
      view: plan.view, size: size, sex: plan.sex, ageYears: plan.ageYears, &patientStream)
    body.position(&random)
    for finding in plan.findings { body.adapt(to: finding, &random) }
    var frontal = PhantomFrontal(body)
    let boxes = frontal.draw(plan.findings, &random)
    let exposure = PhantomExposure(isBedside: plan.view == .anteroposterior, &random)
    let pixels = exposure.film(of: frontal.canvas.attenuation(), grid: body.grid, &random)
    var images = [
      Radiograph(
        width: body.grid.width, height: body.grid.height, pixels: pixels, view: plan.view, viewSource: .tag)
    ]
    if plan.hasLateral {
      var lateral = PhantomLateral(body)
      lateral.draw(plan.findings, boxes: boxes, &random)
      let pixels = exposure.film(of: lateral.canvas.attenuation(), grid: lateral.size, &random)
      images.append(
        Radiograph(
          width: lateral.size.width, height: lateral.size.height, pixels: pixels, view: .lateral,
          viewSource: .tag))
    }
    return (boxes, images)
  }

  private func record(of plan: Plan, boxes: [FindingCode: PixelBox], imageCount: Int) -> Study {
    let id = Self.name("s", plan.index)
    let present = plan.findings.map { finding in
      Finding(
        code: finding.code, presence: .present, laterality: finding.laterality, location: finding.zone,
        severity: finding.severity, box: boxes[finding.code])
    }
    let shown = Set(plan.findings.map(\.code))
    let absent = PhantomFinding.catalogue.filter { !shown.contains($0) }.map {
      Finding(code: $0, presence: .absent)
    }
    let views = [plan.view, .lateral].prefix(imageCount)
    return Study(
      id: id, patient: Self.name("p", plan.patient), split: Self.split(ofPatient: plan.patient),
      complaint: plan.complaint, ageYears: Double(plan.ageYears), sex: plan.sex,
      images: views.enumerated().map { number, view in
        StudyImage(path: "images/\(id)\(number == 0 ? "" : "-lateral").png", view: view)
      }, findings: present + absent,
      diagnoses: plan.phantom.diagnoses(with: plan.findings).map { Diagnosis(icd10: $0) },
      source: "Lightbox phantom, seed \(seed)", license: "CC0-1.0")
  }

  /// Eight of ten patients train, one validates, one tests.
  static func split(ofPatient patient: Int) -> String {
    // Turned by three from one ten to the next, so that no kind of patient stays with one part.
    switch (patient + patient / 10 * 3) % 10 {
    case 8: Study.validation
    case 9: Study.test
    default: Study.train
    }
  }

  static func name(_ letter: String, _ number: Int) -> String {
    let digits = String(number)
    return letter + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
