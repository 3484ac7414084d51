internal import Groundwork

/// What brings a phantom patient. The complaint names the family in many ways, and never a finding.
enum ComplaintFamily: String, CaseIterable, Sendable {
  /// Acute fever and cough.
  case fever
  /// Weight loss, blood in the sputum, night sweats over months.
  case wasting
  /// Short of breath after an operation or in bed.
  case bedrest
  /// Cannot lie flat, swollen legs.
  case congestion
  /// No complaint at all.
  case checkup
  /// A fall or a blow, pain on breathing.
  case injury
  /// Sudden chest pain or breathlessness without injury.
  case sudden
  /// Years of mineral dust at work, now short of breath.
  case dust
  /// Breathless on effort, slowly getting worse.
  case exertion
  /// A smoker whose cough and sputum got worse.
  case smoking

  /// Ages in which the complaint is usual.
  var ages: ClosedRange<Int> {
    switch self {
    case .fever, .checkup, .injury: 20...84
    case .sudden: 20...76
    case .wasting: 30...84
    case .bedrest: 32...86
    case .congestion: 52...88
    case .dust: 44...76
    case .exertion: 46...84
    case .smoking: 50...84
    }
  }
}

/// One way to reach a diagnosis: what the film shows together with what the patient tells. Neither half names it alone.
struct PhantomCase: Sendable {
  let diagnosis: String
  let family: ComplaintFamily
  /// What the film always shows.
  let shows: [Sight]
  /// What it shows besides, now and then.
  let companions: [(sight: Sight, probability: Double)]
  /// How often the case comes up, relative to the others.
  let weight: Double

  /// A finding with the places it may have.
  struct Sight: Sendable {
    var code: FindingCode
    var zones: [Location] = []
    var sides: [Laterality] = [.left, .right]
    var severities: [Severity] = [.mild, .moderate, .severe]
  }

  init(
    _ diagnosis: String, _ family: ComplaintFamily, _ weight: Double, _ shows: Sight...,
    besides companions: [(sight: Sight, probability: Double)] = []
  ) {
    self.diagnosis = diagnosis
    self.family = family
    self.weight = weight
    self.shows = shows
    self.companions = companions
  }
}

extension PhantomCase {
  /// The cases. Each diagnosis weighs about as much as any other, each picture occurs with several complaints, and each
  /// complaint with several pictures.
  static let all: [PhantomCase] = [
    PhantomCase("J18.9", .fever, 0.45, .consolidation, besides: [(.effusion, 0.3)]),
    PhantomCase("J18.9", .fever, 0.25, .effusion),
    PhantomCase("J18.9", .fever, 0.3, .interstitial),
    PhantomCase("C34.9", .wasting, 0.2, .lowConsolidation, besides: [(.effusion, 0.2)]),
    PhantomCase("C34.9", .wasting, 0.2, .effusion),
    PhantomCase("C34.9", .wasting, 0.2, .nodule),
    PhantomCase("C34.9", .wasting, 0.25, .mass, besides: [(.effusion, 0.2)]),
    PhantomCase("C34.9", .smoking, 0.2, .mass, besides: [(.emphysema, 0.35)]),
    PhantomCase("A16.2", .wasting, 0.85, .highConsolidation, besides: [(.effusion, 0.2)]),
    PhantomCase("J98.1", .bedrest, 0.5, .plate),
    PhantomCase("J98.1", .bedrest, 0.4, .consolidation),
    PhantomCase("I50.9", .congestion, 0.25, .heart, besides: [(.bothEffusions, 0.4), (.pacemaker, 0.2)]),
    PhantomCase(
      "I50.9", .congestion, 0.3, .heart, .oedema, besides: [(.bothEffusions, 0.3), (.pacemaker, 0.2)]),
    PhantomCase("I50.9", .congestion, 0.2, .effusion),
    PhantomCase("I50.9", .exertion, 0.25, .heart, besides: [(.pacemaker, 0.2)]),
    PhantomCase("I51.7", .checkup, 0.85, .heart, besides: [(.pacemaker, 0.2)]),
    PhantomCase("I26.9", .sudden, 0.4, besides: [(.pacemaker, 0.06)]),
    PhantomCase("I26.9", .sudden, 0.25, .plate),
    PhantomCase("I26.9", .bedrest, 0.3, besides: [(.pacemaker, 0.06)]),
    PhantomCase("J93.1", .sudden, 0.7, .pneumothorax),
    PhantomCase("J93.1", .smoking, 0.25, .pneumothorax, .emphysema),
    PhantomCase("S27.0", .injury, 0.6, .pneumothorax),
    PhantomCase("S27.0", .injury, 0.3, .pneumothorax, .fracture),
    PhantomCase("S22.3", .injury, 0.8, .fracture),
    PhantomCase("J62.8", .dust, 0.55, .interstitial),
    PhantomCase("J62.8", .dust, 0.35, .nodule),
    PhantomCase("J84.1", .exertion, 0.9, .interstitial),
    PhantomCase("J44.1", .smoking, 0.7, .emphysema),
    PhantomCase("J44.1", .fever, 0.2, .emphysema),
    PhantomCase("J43.9", .checkup, 0.5, .emphysema),
    PhantomCase("J43.9", .exertion, 0.35, .emphysema),
    PhantomCase("J20.9", .fever, 0.4, besides: [(.pacemaker, 0.06)]),
    PhantomCase("J20.9", .fever, 0.15, .heart),
    PhantomCase("J20.9", .smoking, 0.25),
    PhantomCase("J20.9", .dust, 0.15),
    PhantomCase("R91", .checkup, 0.35, .nodule),
    PhantomCase("R91", .checkup, 0.25, .mass),
    PhantomCase("R91", .checkup, 0.15, .consolidation),
    PhantomCase("R91", .checkup, 0.15, .plate),
    PhantomCase("R91", .checkup, 0.1, .interstitial),
    PhantomCase("Z00.0", .checkup, 0.85, besides: [(.pacemaker, 0.08)]),
  ]

  /// The diagnoses that phantoms have, the most frequent cases first named first.
  static let diagnoses: [String] = all.reduce(into: []) { codes, phantom in
    if !codes.contains(phantom.diagnosis) { codes.append(phantom.diagnosis) }
  }

  private static let totalWeight = all.reduce(0) { $0 + $1.weight }

  static func draw(_ random: inout PhiloxGenerator) -> PhantomCase {
    var rest = random.uniform() * totalWeight
    for phantom in all {
      rest -= phantom.weight
      if rest < 0 { return phantom }
    }
    return all[all.count - 1]
  }

  /// What the film of one patient with this case shows.
  func drawFindings(_ random: inout PhiloxGenerator) -> [PhantomFinding] {
    var sights = shows
    for (sight, probability) in companions where random.uniform() < probability { sights.append(sight) }
    var findings: [PhantomFinding] = []
    for sight in sights {
      var finding = PhantomFinding(code: sight.code)
      finding.zone = sight.zones.randomElement(using: &random)
      finding.laterality = sight.sides.randomElement(using: &random)
      finding.severity = sight.severities.randomElement(using: &random)
      // What comes along lies on the side of what leads, unless it is on both.
      if let leader = findings.first?.laterality, leader != .bilateral,
        finding.laterality == .left || finding.laterality == .right
      {
        finding.laterality = leader
      }
      findings.append(finding)
    }
    return findings
  }

  /// The main diagnosis first, then what else the film proves.
  func diagnoses(with findings: [PhantomFinding]) -> [String] {
    var codes = [diagnosis]
    for (code, icd10) in [(FindingCode.emphysema, "J43.9"), (.ribFracture, "S22.3")]
    where findings.contains(where: { $0.code == code }) && !codes.contains(icd10) && diagnosis != "J44.1" {
      codes.append(icd10)
    }
    return codes
  }
}

extension PhantomCase.Sight {
  fileprivate static let consolidation = Self(code: .consolidation, zones: Location.zones)
  fileprivate static let lowConsolidation = Self(code: .consolidation, zones: [.middleZone, .lowerZone])
  fileprivate static let highConsolidation = Self(code: .consolidation, zones: [.upperZone])
  fileprivate static let effusion = Self(code: .pleuralEffusion, zones: [.lowerZone])
  fileprivate static let bothEffusions = Self(
    code: .pleuralEffusion, zones: [.lowerZone], sides: [.bilateral], severities: [.mild, .moderate])
  fileprivate static let interstitial = Self(code: .interstitialPattern, sides: [.bilateral])
  fileprivate static let nodule = Self(code: .nodule, zones: Location.zones, severities: [])
  fileprivate static let mass = Self(code: .mass, zones: Location.zones, severities: [])
  fileprivate static let plate = Self(code: .plateLikeAtelectasis, zones: [.middleZone, .lowerZone])
  fileprivate static let heart = Self(code: .cardiomegaly, sides: [])
  fileprivate static let oedema = Self(code: .pulmonaryOedema, sides: [.bilateral])
  fileprivate static let pneumothorax = Self(code: .pneumothorax)
  fileprivate static let fracture = Self(code: .ribFracture, zones: Location.zones, severities: [])
  fileprivate static let emphysema = Self(code: .emphysema, sides: [.bilateral])
  fileprivate static let pacemaker = Self(code: .pacemaker, sides: [], severities: [])
}
