/// A diagnosis of our table: the WHO ICD-10 code with its names.
public struct DiagnosisCode: Equatable, Sendable {
  public let icd10: String
  public let english: String
  public let chinese: String

  /// The entry for a code; nil when the table has none. An extension such as J18.900 is not looked up as J18.9.
  public init?(icd10: String) {
    guard let entry = Self.byCode[icd10] else { return nil }
    self = entry
  }

  private init(_ icd10: String, _ english: String, _ chinese: String) {
    self.icd10 = icd10
    self.english = english
    self.chinese = chinese
  }

  /// Every diagnosis of the table, in the order of the codes.
  public static let all: [DiagnosisCode] = [
    DiagnosisCode("A15.0", "Tuberculosis of lung, confirmed by sputum microscopy", "肺结核（痰检阳性）"),
    DiagnosisCode(
      "A16.2", "Tuberculosis of lung, without bacteriological or histological confirmation",
      "肺结核（未经细菌学或组织学证实）"),
    DiagnosisCode("C34.9", "Malignant neoplasm of bronchus or lung", "肺恶性肿瘤"),
    DiagnosisCode("C78.0", "Secondary malignant neoplasm of lung", "肺转移瘤"),
    DiagnosisCode("C78.2", "Secondary malignant neoplasm of pleura", "胸膜转移瘤"),
    DiagnosisCode("D86.0", "Sarcoidosis of lung", "肺结节病"),
    DiagnosisCode("I26.9", "Pulmonary embolism", "肺栓塞"),
    DiagnosisCode("I31.3", "Pericardial effusion", "心包积液"),
    DiagnosisCode("I42.9", "Cardiomyopathy, unspecified", "心肌病"),
    DiagnosisCode("I50.1", "Left ventricular failure", "左心衰竭"),
    DiagnosisCode("I50.9", "Heart failure, unspecified", "心力衰竭"),
    DiagnosisCode("I51.7", "Cardiomegaly", "心脏增大"),
    DiagnosisCode("I71.0", "Aortic dissection", "主动脉夹层"),
    DiagnosisCode("I71.9", "Aortic aneurysm", "主动脉瘤"),
    DiagnosisCode("J06.9", "Acute upper respiratory infection", "急性上呼吸道感染"),
    DiagnosisCode("J12.9", "Viral pneumonia", "病毒性肺炎"),
    DiagnosisCode("J15.9", "Bacterial pneumonia", "细菌性肺炎"),
    DiagnosisCode("J18.1", "Lobar pneumonia", "大叶性肺炎"),
    DiagnosisCode("J18.9", "Pneumonia, unspecified", "肺炎"),
    DiagnosisCode("J20.9", "Acute bronchitis", "急性支气管炎"),
    DiagnosisCode("J43.9", "Emphysema", "肺气肿"),
    DiagnosisCode("J44.1", "COPD with acute exacerbation", "慢性阻塞性肺疾病伴急性加重"),
    DiagnosisCode("J44.9", "Chronic obstructive pulmonary disease", "慢性阻塞性肺疾病"),
    DiagnosisCode("J45.9", "Asthma", "哮喘"),
    DiagnosisCode("J47", "Bronchiectasis", "支气管扩张症"),
    DiagnosisCode("J60", "Coalworker's pneumoconiosis", "煤工尘肺"),
    DiagnosisCode("J62.8", "Pneumoconiosis due to dust containing silica", "矽肺"),
    DiagnosisCode("J69.0", "Aspiration pneumonitis", "吸入性肺炎"),
    DiagnosisCode("J80", "Acute respiratory distress syndrome", "急性呼吸窘迫综合征"),
    DiagnosisCode("J81", "Pulmonary oedema", "肺水肿"),
    DiagnosisCode("J84.1", "Interstitial pulmonary disease with fibrosis", "肺间质纤维化"),
    DiagnosisCode("J84.9", "Interstitial pulmonary disease, unspecified", "间质性肺病"),
    DiagnosisCode("J85.2", "Abscess of lung", "肺脓肿"),
    DiagnosisCode("J86.9", "Empyema", "脓胸"),
    DiagnosisCode("J90", "Pleural effusion", "胸腔积液"),
    DiagnosisCode("J93.1", "Spontaneous pneumothorax", "自发性气胸"),
    DiagnosisCode("J93.9", "Pneumothorax, unspecified", "气胸"),
    DiagnosisCode("J94.2", "Haemothorax", "血胸"),
    DiagnosisCode("J98.1", "Pulmonary collapse", "肺不张"),
    DiagnosisCode("J98.2", "Pneumomediastinum", "纵隔气肿"),
    DiagnosisCode("K44.9", "Diaphragmatic hernia", "膈疝"),
    DiagnosisCode("M41.9", "Scoliosis", "脊柱侧弯"),
    DiagnosisCode("R59.0", "Localized enlarged lymph nodes", "局部淋巴结肿大"),
    DiagnosisCode("R91", "Abnormal findings on diagnostic imaging of lung", "肺影像异常所见"),
    DiagnosisCode("S22.3", "Fracture of rib", "肋骨骨折"),
    DiagnosisCode("S22.4", "Multiple fractures of ribs", "多发肋骨骨折"),
    DiagnosisCode("S27.0", "Traumatic pneumothorax", "创伤性气胸"),
    DiagnosisCode("S42.0", "Fracture of clavicle", "锁骨骨折"),
    DiagnosisCode("T17.9", "Foreign body in respiratory tract", "呼吸道异物"),
    DiagnosisCode("U07.1", "COVID-19, virus identified", "新型冠状病毒感染"),
    DiagnosisCode("Z00.0", "General medical examination", "一般医学检查"),
    DiagnosisCode("Z95.0", "Presence of cardiac pacemaker", "心脏起搏器植入状态"),
  ]

  private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.icd10, $0) })
}

/// A complaint as WHO ICD-10 chapter XVIII codes it.
public enum ComplaintCode: String, CaseIterable, Sendable {
  case cough = "R05"
  case dyspnoea = "R06.0"
  case chestPain = "R07.4"
  case pleuriticPain = "R07.1"
  case fever = "R50.9"
  case haemoptysis = "R04.2"
  case sputum = "R09.3"
  case wheeze = "R06.2"
  case sweating = "R61"
  case weightLoss = "R63.4"
  case fatigue = "R53"

  public var english: String {
    switch self {
    case .cough: "cough"
    case .dyspnoea: "dyspnoea"
    case .chestPain: "chest pain"
    case .pleuriticPain: "pleuritic pain"
    case .fever: "fever"
    case .haemoptysis: "haemoptysis"
    case .sputum: "abnormal sputum"
    case .wheeze: "wheeze"
    case .sweating: "sweating"
    case .weightLoss: "weight loss"
    case .fatigue: "fatigue"
    }
  }

  public var chinese: String {
    switch self {
    case .cough: "咳嗽"
    case .dyspnoea: "呼吸困难"
    case .chestPain: "胸痛"
    case .pleuriticPain: "胸膜性胸痛"
    case .fever: "发热"
    case .haemoptysis: "咯血"
    case .sputum: "咳痰异常"
    case .wheeze: "喘鸣"
    case .sweating: "多汗"
    case .weightLoss: "体重减轻"
    case .fatigue: "乏力"
    }
  }
}
