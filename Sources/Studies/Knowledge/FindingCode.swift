/// The finding catalogue: what a record, a model and a report may say is seen in a chest radiograph.
///
/// Codes stand in DICOM PS3.16 or have the same meaning in two or more unrelated public mappings; a finding without such a
/// code is not in the catalogue. The ICD-10 codes are the WHO's.
public enum FindingCode: String, CaseIterable, Sendable {
  case normal
  case pneumothorax
  case pleuralEffusion = "pleural_effusion"
  case consolidation
  case atelectasis
  case plateLikeAtelectasis = "plate_like_atelectasis"
  case cardiomegaly
  case pulmonaryOedema = "pulmonary_oedema"
  case nodule
  case mass
  case opacity
  case infiltrate
  case groundGlassOpacity = "ground_glass_opacity"
  case interstitialPattern = "interstitial_pattern"
  case reticulonodularPattern = "reticulonodular_pattern"
  case kerleyBLines = "kerley_b_lines"
  case emphysema
  case fibrosis
  case airTrapping = "air_trapping"
  case pneumomediastinum
  case calcification
  case lymphadenopathy
  case aorticAneurysm = "aortic_aneurysm"
  case ribFracture = "rib_fracture"
  case endotrachealTube = "endotracheal_tube"
  case centralLine = "central_line"
  case chestTube = "chest_tube"
  case feedingTube = "feeding_tube"
  case pacemaker

  /// What the finding is called in a code system and in words. The word may be narrower than the code: the code of
  /// `ribFracture` says fracture of bone, its site is said beside it.
  public var term: CodedTerm {
    switch self {
    case .normal: CodedTerm(.snomed, "17621005", "Normal", "未见明显异常")
    case .pneumothorax: CodedTerm(.snomed, "36118008", "Pneumothorax", "气胸")
    case .pleuralEffusion: CodedTerm(.snomed, "60046008", "Pleural effusion", "胸腔积液")
    case .consolidation: CodedTerm(.snomed, "95436008", "Consolidation", "肺实变")
    case .atelectasis: CodedTerm(.snomed, "46621007", "Atelectasis", "肺不张")
    case .plateLikeAtelectasis: CodedTerm(.snomed, "40779009", "Plate-like atelectasis", "盘状肺不张")
    case .cardiomegaly: CodedTerm(.snomed, "8186001", "Cardiomegaly", "心影增大")
    case .pulmonaryOedema: CodedTerm(.snomed, "19242006", "Pulmonary oedema", "肺水肿")
    case .nodule: CodedTerm(.snomed, "27925004", "Nodule", "结节")
    case .mass: CodedTerm(.snomed, "4147007", "Mass", "肿块")
    case .opacity: CodedTerm(.dicom, "112001", "Opacity", "致密影")
    case .infiltrate: CodedTerm(.dicom, "112121", "Infiltrate", "浸润影")
    case .groundGlassOpacity: CodedTerm(.dicom, "112120", "Ground glass opacity", "磨玻璃影")
    case .interstitialPattern: CodedTerm(.dicom, "112004", "Abnormal interstitial pattern", "间质改变")
    case .reticulonodularPattern: CodedTerm(.dicom, "112065", "Reticulonodular pattern", "网状结节影")
    case .kerleyBLines: CodedTerm(.dicom, "112110", "Kerley B lines", "Kerley B 线")
    case .emphysema: CodedTerm(.snomed, "87433001", "Emphysema", "肺气肿")
    case .fibrosis: CodedTerm(.snomed, "112674009", "Fibrosis", "纤维化")
    case .airTrapping: CodedTerm(.snomed, "76171001", "Air trapping", "空气潴留")
    case .pneumomediastinum: CodedTerm(.snomed, "16838000", "Pneumomediastinum", "纵隔气肿")
    case .calcification: CodedTerm(.dicom, "112063", "Calcification", "钙化")
    case .lymphadenopathy: CodedTerm(.snomed, "30746006", "Lymphadenopathy", "淋巴结肿大")
    case .aorticAneurysm: CodedTerm(.snomed, "67362008", "Aortic aneurysm", "主动脉瘤")
    case .ribFracture: CodedTerm(.snomed, "125605004", "Rib fracture", "肋骨骨折")
    case .endotrachealTube: CodedTerm(.snomed, "26412008", "Endotracheal tube", "气管插管")
    case .centralLine: CodedTerm(.dicom, "112174", "Central line", "中心静脉导管")
    case .chestTube: CodedTerm(.dicom, "112173", "Chest tube", "胸腔引流管")
    case .feedingTube: CodedTerm(.snomed, "25062003", "Feeding tube", "胃管")
    case .pacemaker: CodedTerm(.snomed, "14106009", "Cardiac pacemaker", "心脏起搏器")
    }
  }

  public var english: String { term.english }
  public var chinese: String { term.chinese }

  /// The WHO ICD-10 code nearest to the finding itself; nil where there is none.
  public var icd10: String? {
    switch self {
    case .pneumothorax: "J93.9"
    case .pleuralEffusion: "J90"
    case .consolidation, .nodule, .mass, .opacity, .infiltrate, .groundGlassOpacity: "R91"
    case .atelectasis, .plateLikeAtelectasis: "J98.1"
    case .cardiomegaly: "I51.7"
    case .pulmonaryOedema: "J81"
    case .interstitialPattern, .reticulonodularPattern, .kerleyBLines: "J84.9"
    case .emphysema: "J43.9"
    case .fibrosis: "J84.1"
    case .pneumomediastinum: "J98.2"
    case .lymphadenopathy: "R59.0"
    case .aorticAneurysm: "I71.9"
    case .ribFracture: "S22.3"
    case .pacemaker: "Z95.0"
    case .normal, .airTrapping, .calcification, .endotrachealTube, .centralLine, .chestTube, .feedingTube: nil
    }
  }

  /// Whether a statement about it needs a side: the lungs, the pleura and the ribs are paired; the heart, the mediastinum,
  /// the trachea and what lies in the great vessels are not.
  public var isSided: Bool {
    switch self {
    case .pneumothorax, .pleuralEffusion, .consolidation, .atelectasis, .plateLikeAtelectasis, .nodule, .mass,
      .opacity, .infiltrate, .groundGlassOpacity, .calcification, .lymphadenopathy, .ribFracture, .chestTube,
      .pulmonaryOedema, .interstitialPattern, .reticulonodularPattern, .kerleyBLines, .emphysema, .fibrosis,
      .airTrapping:
      true
    case .normal, .cardiomegaly, .pneumomediastinum, .aorticAneurysm, .endotrachealTube, .centralLine,
      .feedingTube,
      .pacemaker:
      false
    }
  }
}

/// Where in the chest a finding lies.
public enum Location: String, CaseIterable, Sendable {
  case upperZone = "upper_zone"
  case middleZone = "middle_zone"
  case lowerZone = "lower_zone"
  case upperLobe = "upper_lobe"
  case rightMiddleLobe = "right_middle_lobe"
  case lowerLobe = "lower_lobe"
  case lung, pleura, mediastinum, hilum, heart, chest

  /// The thirds of the lung height, as a frontal radiograph shows them.
  public static let zones: [Location] = [.upperZone, .middleZone, .lowerZone]

  public var term: CodedTerm {
    switch self {
    case .upperZone: CodedTerm(.snomed, "281392002", "Upper zone of lung", "上肺野")
    case .middleZone: CodedTerm(.snomed, "281393007", "Middle zone of lung", "中肺野")
    case .lowerZone: CodedTerm(.snomed, "281394001", "Lower zone of lung", "下肺野")
    case .upperLobe: CodedTerm(.snomed, "45653009", "Upper lobe of lung", "肺上叶")
    case .rightMiddleLobe: CodedTerm(.snomed, "72481006", "Middle lobe of right lung", "右肺中叶")
    case .lowerLobe: CodedTerm(.snomed, "90572001", "Lower lobe of lung", "肺下叶")
    case .lung: CodedTerm(.snomed, "39607008", "Lung", "肺")
    case .pleura: CodedTerm(.snomed, "3120008", "Pleura", "胸膜")
    case .mediastinum: CodedTerm(.snomed, "72410000", "Mediastinum", "纵隔")
    case .hilum: CodedTerm(.snomed, "46750007", "Hilum of lung", "肺门")
    case .heart: CodedTerm(.snomed, "80891009", "Heart", "心脏")
    case .chest: CodedTerm(.snomed, "816094009", "Chest", "胸部")
    }
  }
}

extension Laterality {
  /// nil for `midline` and `none`.
  public var term: CodedTerm? {
    switch self {
    case .left: CodedTerm(.snomed, "7771000", "Left", "左侧")
    case .right: CodedTerm(.snomed, "24028007", "Right", "右侧")
    case .bilateral: CodedTerm(.snomed, "51440002", "Bilateral", "双侧")
    case .unknown: CodedTerm(.snomed, "261665006", "Unknown", "未知")
    case .midline, .none: nil
    }
  }
}

extension Severity {
  /// nil for `none`.
  public var term: CodedTerm? {
    switch self {
    case .mild: CodedTerm(.snomed, "255604002", "Mild", "轻度")
    case .moderate: CodedTerm(.snomed, "6736007", "Moderate", "中度")
    case .severe: CodedTerm(.snomed, "24484000", "Severe", "重度")
    case .none: nil
    }
  }
}

extension Presence {
  /// nil for `uncertain` and `notAssessed`.
  public var term: CodedTerm? {
    switch self {
    case .present: CodedTerm(.snomed, "52101004", "Present", "存在")
    case .absent: CodedTerm(.snomed, "410516002", "Known absent", "不存在")
    case .uncertain, .notAssessed: nil
    }
  }
}
