import Groundwork
import Testing

@testable import Studies

/// How often each diagnosis comes with each key, and what a predictor that sees only the key gets right at best.
private struct Contingency {
  private var counts: [String: [String: Int]] = [:]
  private var total = 0

  mutating func add(_ key: String, _ diagnosis: String) {
    counts[key, default: [:]][diagnosis, default: 0] += 1
    total += 1
  }

  var bestAccuracy: Double { Double(counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }) / Double(total) }
  var keys: Int { counts.count }
}

@Suite struct PhantomCasesTests {
  private let plans: [PhantomGenerator.Plan]

  init() throws {
    let generator = try PhantomGenerator(seed: 11)
    plans = (0..<6000).map(generator.plan)
  }

  /// All that a perfect reader of the film could say.
  private func film(_ plan: PhantomGenerator.Plan) -> String {
    plan.findings.map { "\($0.code) \($0.zone?.rawValue ?? "") \($0.laterality == .bilateral)" }.sorted()
      .joined()
  }

  @Test func neitherFilmNorComplaintTellsTheDiagnosisButBothDo() {
    var film = Contingency()
    var complaint = Contingency()
    var both = Contingency()
    for plan in plans {
      film.add(self.film(plan), plan.phantom.diagnosis)
      complaint.add(plan.phantom.family.rawValue, plan.phantom.diagnosis)
      both.add(self.film(plan) + plan.phantom.family.rawValue, plan.phantom.diagnosis)
    }
    #expect(film.bestAccuracy < 0.6)
    #expect(complaint.bestAccuracy < 0.6)
    #expect(both.bestAccuracy == 1)
  }

  @Test func theCasesAloneKeepFilmAndComplaintAmbiguous() {
    // Exact, from the weights: the film by the findings a case always shows, without luck of the draw.
    var byFilm: [String: [String: Double]] = [:]
    var byComplaint: [String: [String: Double]] = [:]
    for phantom in PhantomCase.all {
      let film = phantom.shows.map(\.code.rawValue).sorted().joined()
      byFilm[film, default: [:]][phantom.diagnosis, default: 0] += phantom.weight
      byComplaint[phantom.family.rawValue, default: [:]][phantom.diagnosis, default: 0] += phantom.weight
    }
    let total = PhantomCase.all.reduce(0) { $0 + $1.weight }
    for table in [byFilm, byComplaint] {
      #expect(table.values.reduce(0) { $0 + ($1.values.max() ?? 0) } / total < 0.6)
    }
    #expect(byFilm.values.filter { $0.count > 1 }.count >= 8)
    #expect(byComplaint.values.filter { $0.count > 1 }.count >= 8)
  }

  @Test func diagnosesAreBalanced() {
    var counts: [String: Int] = [:]
    for plan in plans { counts[plan.phantom.diagnosis, default: 0] += 1 }
    #expect(Set(counts.keys) == Set(PhantomCase.diagnoses))
    let even = Double(plans.count) / Double(counts.count)
    for (diagnosis, count) in counts {
      #expect(0.7 * even < Double(count) && Double(count) < 1.35 * even, "\(diagnosis)")
    }
  }

  @Test func everyFindingOfTheCatalogueOccurs() {
    let shown = Set(plans.flatMap { $0.findings.map(\.code) })
    #expect(shown == Set(PhantomFinding.catalogue))
    for plan in plans {
      for finding in plan.findings {
        #expect(finding.code.isSided == (finding.laterality != nil))
        #expect(plan.findings.filter { $0.code == finding.code }.count == 1)
      }
    }
  }

  @Test func patientsStayInOneSplitAndSomeComeTwice() {
    var splits: [Int: Set<String>] = [:]
    var visits: [Int: Int] = [:]
    var counts: [String: Int] = [:]
    for plan in plans {
      let split = PhantomGenerator.split(ofPatient: plan.patient)
      splits[plan.patient, default: []].insert(split)
      visits[plan.patient, default: 0] += 1
      counts[split, default: 0] += 1
    }
    #expect(splits.values.allSatisfy { $0.count == 1 })
    #expect(visits.values.filter { $0 == 2 }.count == plans.count / 6)
    #expect(abs(Double(counts[Study.train] ?? 0) / Double(plans.count) - 0.8) < 0.02)
    #expect(abs(Double(counts[Study.validation] ?? 0) / Double(plans.count) - 0.1) < 0.02)
  }

  @Test func entitiesStandWhereTheirWordsAre() {
    for plan in plans.prefix(2000) {
      let complaint = plan.complaint
      #expect(complaint.entities.contains { $0.type == "Symptom" })
      let family = complaint.language == .chinese ? plan.phantom.family.chinese : plan.phantom.family.english
      let known = Set(
        (family.contexts + family.durations + family.symptoms.flatMap { $0 }).map { $0.lowercased() })
      for entity in complaint.entities {
        #expect(known.contains(complaint.text(of: entity)?.lowercased() ?? ""), "\(complaint.text)")
      }
    }
  }

  @Test func eachFamilyIsToldInHundredsOfWays() {
    for family in ComplaintFamily.allCases {
      for language in Complaint.Language.allCases {
        var random = PhantomCasesTests.stream(family.rawValue + language.rawValue)
        var texts: Set<String> = []
        for _ in 0..<700 {
          texts.insert(
            PhantomComplaint.draw(family, language: language, ageYears: 50, sex: .female, &random).text)
        }
        #expect(texts.count > 300, "\(family) \(language)")
      }
    }
  }

  @Test func complaintsNameNoFindingAndNoDiagnosis() {
    let words =
      PhantomFinding.catalogue.flatMap { [$0.chinese, $0.english.lowercased()] }
      + PhantomCase.diagnoses.compactMap { DiagnosisCode(icd10: $0)?.chinese }
    for plan in plans {
      let text = plan.complaint.text.lowercased()
      #expect(!words.contains { text.contains($0) }, "\(text)")
    }
  }
}

extension PhantomCasesTests {
  fileprivate static func stream(_ name: String) -> PhiloxGenerator { PhiloxGenerator(seed: 3, name: name) }
}
