import Testing

@testable import Studies

@Suite struct CodeTests {
  private var terms: [CodedTerm] {
    FindingCode.allCases.map(\.term) + Location.allCases.map(\.term) + Laterality.allCases.compactMap(\.term)
      + Severity.allCases.compactMap(\.term) + Presence.allCases.compactMap(\.term)
  }

  @Test func checkDigitsAgreeWithAnIndependentImplementation() throws {
    for pair in try TermsFixture.load().check_digits {
      #expect(VerhoeffCheckDigit.digit(for: pair[0]).map(String.init) == pair[1])
      #expect(VerhoeffCheckDigit.isValid(pair[0] + pair[1]))
    }
  }

  @Test func aCheckDigitDetectsEveryWrongDigitAndEverySwap() {
    let valid = Array("60046008")
    for position in valid.indices {
      for digit in "0123456789" where digit != valid[position] {
        var wrong = valid
        wrong[position] = digit
        #expect(!VerhoeffCheckDigit.isValid(String(wrong)))
      }
      guard position > 0, valid[position] != valid[position - 1] else { continue }
      var swapped = valid
      swapped.swapAt(position, position - 1)
      #expect(!VerhoeffCheckDigit.isValid(String(swapped)))
    }
    for text in ["", "7", "6004600x", "６0046008"] { #expect(!VerhoeffCheckDigit.isValid(text)) }
  }

  @Test func snomedCodesHaveTheirCheckDigitAndDICOMCodesSixDigits() {
    for term in terms {
      switch term.system {
      case .snomed: #expect(VerhoeffCheckDigit.isValid(term.code), "\(term.code)")
      case .dicom: #expect(term.code.utf8.count == 6 && Int(term.code) != nil, "\(term.code)")
      }
    }
    #expect(Set(terms.map(\.code)).count == terms.count)
  }

  @Test func codesStandInTheStandardButForTheFiveFromPublicMappings() throws {
    let standard = Set(try TermsFixture.load().ps3_16)
    let outside = FindingCode.allCases.filter { !standard.contains($0.term.code) }
    #expect(Set(outside) == [.consolidation, .atelectasis, .cardiomegaly, .emphysema, .ribFracture])
    for location in Location.allCases { #expect(standard.contains(location.term.code)) }
  }

  @Test func everyICD10CodeExists() throws {
    let known = Set(try TermsFixture.load().icd10)
    for diagnosis in DiagnosisCode.all {
      #expect(known.contains(diagnosis.icd10) && Diagnosis.isWellFormed(diagnosis.icd10))
      #expect(DiagnosisCode(icd10: diagnosis.icd10) == diagnosis)
    }
    for finding in FindingCode.allCases {
      if let code = finding.icd10 { #expect(known.contains(code), "\(finding)") }
    }
    for complaint in ComplaintCode.allCases { #expect(known.contains(complaint.rawValue)) }
    #expect(DiagnosisCode.all.map(\.icd10) == DiagnosisCode.all.map(\.icd10).sorted())
    #expect(DiagnosisCode(icd10: "J18.900") == nil)
  }

  @Test(arguments: [
    ("J90", true), ("J18.9", true), ("S27.0XXA", true), ("J18.900x001", true), ("C7A.1", true),
    ("j18.9", false),
    ("J18.", false), ("J1", false), ("J18.9.1", false), ("J18-9", false), ("", false), ("肺18.9", false),
  ]) func theShapeOfAnICD10Code(code: String, isWellFormed: Bool) {
    #expect(Diagnosis.isWellFormed(code) == isWellFormed)
  }

  @Test func namesAreThereInBothLanguages() {
    for term in terms {
      #expect(term.english.unicodeScalars.allSatisfy { $0.isASCII })
      #expect(term.chinese.unicodeScalars.contains { $0.value >= 0x4E00 })
    }
  }

  @Test func heartAndMediastinumHaveNoSide() {
    for code in [FindingCode.cardiomegaly, .pneumomediastinum, .aorticAneurysm, .endotrachealTube, .normal] {
      #expect(!code.isSided)
    }
    for code in [FindingCode.pneumothorax, .pleuralEffusion, .ribFracture, .nodule] { #expect(code.isSided) }
  }
}
