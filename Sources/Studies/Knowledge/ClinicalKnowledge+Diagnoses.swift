extension ClinicalKnowledge {
  struct Entry: Sendable {
    /// The second half of the impression sentence.
    let meaning: BilingualText
    let recommendation: Recommendation
    let urgency: Urgency
    /// The findings that speak for it, the strongest first.
    let support: [FindingCode]
  }

  /// What each diagnosis of the phantom cases means. The meanings name no finding that the studies do not show, so that a
  /// labeller reads the same findings from the impression as from the record.
  static let entries: [String: Entry] = [
    "J18.9": Entry(
      meaning: BilingualText("结合急性起病的病史考虑肺炎", "with the acute history, pneumonia is likely"),
      recommendation: Recommendation(
        "抗感染治疗后复查胸片。", "Repeat the radiograph after antibiotic treatment.", within: "P4W"),
      urgency: .urgent, support: [.consolidation, .pleuralEffusion, .interstitialPattern]),
    "C34.9": Entry(
      meaning: BilingualText("结合消耗性病史需排除肺癌", "with the wasting history, lung cancer must be excluded"),
      recommendation: Recommendation(
        "建议增强 CT 检查并转诊肺癌专科。", "Contrast-enhanced CT and referral to the lung cancer clinic.", within: "P2W"),
      urgency: .urgent, support: [.mass, .nodule, .consolidation, .pleuralEffusion]),
    "A16.2": Entry(
      meaning: BilingualText("结合慢性病史考虑肺结核", "with the chronic history, tuberculosis is likely"),
      recommendation: Recommendation(
        "隔离并留痰查抗酸杆菌。", "Isolate and send sputum for acid-fast bacilli.", within: "P3D"),
      urgency: .urgent, support: [.consolidation, .nodule]),
    "J98.1": Entry(
      meaning: BilingualText(
        "结合术后卧床考虑肺组织膨胀不全", "after surgery or bed rest, incomplete expansion of the lung is likely"),
      recommendation: Recommendation(
        "加强咳痰与呼吸锻炼后复查。", "Breathing exercises and a repeat radiograph.", within: "P3D"),
      urgency: .routine, support: [.plateLikeAtelectasis, .consolidation]),
    "I50.9": Entry(
      meaning: BilingualText("结合端坐呼吸或水肿的病史考虑心力衰竭", "with the history of congestion, heart failure is likely"),
      recommendation: Recommendation(
        "建议超声心动图及利钠肽检查。", "Echocardiography and natriuretic peptide.", within: "P1D"),
      urgency: .urgent, support: [.cardiomegaly, .pulmonaryOedema, .pleuralEffusion]),
    "I51.7": Entry(
      meaning: BilingualText("无症状，为偶然发现", "without symptoms, an incidental observation"),
      recommendation: Recommendation("建议择期超声心动图检查。", "Elective echocardiography.", within: "P4W"),
      urgency: .routine, support: [.cardiomegaly]),
    "I26.9": Entry(
      meaning: BilingualText(
        "不能解释急性症状，需排除肺栓塞", "the acute symptoms are unexplained and pulmonary embolism must be excluded"),
      recommendation: Recommendation(
        "立即行 D-二聚体及 CT 肺动脉造影。", "D-dimer and CT pulmonary angiography now.", within: "PT1H"),
      urgency: .urgent, support: [.plateLikeAtelectasis]),
    "J93.1": Entry(
      meaning: BilingualText("无外伤史，考虑自发性", "without injury, spontaneous"),
      recommendation: Recommendation(
        "请胸外科评估，必要时抽气或置管。", "Surgical review for aspiration or drainage.", within: "PT1H"),
      urgency: .urgent, support: [.pneumothorax, .emphysema]),
    "S27.0": Entry(
      meaning: BilingualText("结合外伤史考虑创伤性", "after the injury, traumatic"),
      recommendation: Recommendation(
        "请创伤外科立即评估。", "Immediate review by the trauma team.", within: "PT1H"),
      urgency: .urgent, support: [.pneumothorax, .ribFracture]),
    "S22.3": Entry(
      meaning: BilingualText("与外伤史相符", "consistent with the injury"),
      recommendation: Recommendation(
        "镇痛，随访排除迟发并发症。", "Analgesia and follow-up for late complications.", within: "P1W"),
      urgency: .urgent, support: [.ribFracture]),
    "J62.8": Entry(
      meaning: BilingualText("结合粉尘接触史考虑尘肺", "with the dust exposure, pneumoconiosis is likely"),
      recommendation: Recommendation(
        "转诊职业病科并行高分辨率 CT。", "Occupational medicine referral and high-resolution CT.", within: "P4W"),
      urgency: .routine, support: [.interstitialPattern, .nodule]),
    "J84.1": Entry(
      meaning: BilingualText(
        "结合进行性气促考虑慢性间质性肺病", "with progressive breathlessness, chronic interstitial lung disease is likely"),
      recommendation: Recommendation(
        "建议高分辨率 CT 及肺功能检查。", "High-resolution CT and lung function tests.", within: "P4W"),
      urgency: .routine, support: [.interstitialPattern]),
    "J44.1": Entry(
      meaning: BilingualText(
        "结合症状加重考虑慢阻肺急性加重", "with the worsening symptoms, an exacerbation of COPD is likely"),
      recommendation: Recommendation(
        "支气管扩张剂治疗并查血气。", "Bronchodilators and blood gas analysis.", within: "P1D"),
      urgency: .urgent, support: [.emphysema]),
    "J43.9": Entry(
      meaning: BilingualText("病情稳定", "in a stable state"),
      recommendation: Recommendation(
        "建议戒烟及肺功能检查。", "Smoking cessation and lung function tests.", within: "P4W"),
      urgency: .routine, support: [.emphysema]),
    "J20.9": Entry(
      meaning: BilingualText("结合症状考虑急性支气管炎", "with the symptoms, acute bronchitis is likely"),
      recommendation: Recommendation(
        "对症治疗，症状不缓解时复查。", "Symptomatic treatment; review if not improving.", within: "P2W"),
      urgency: .routine, support: []),
    "R91": Entry(
      meaning: BilingualText("无症状，性质待定", "without symptoms and of uncertain nature"),
      recommendation: Recommendation("建议胸部 CT 检查。", "CT of the chest.", within: "P4W"),
      urgency: .routine,
      support: [.mass, .nodule, .consolidation, .plateLikeAtelectasis, .interstitialPattern]),
    "Z00.0": Entry(
      meaning: BilingualText("体检未发现需处理的异常", "nothing that needs action at this check-up"),
      recommendation: Recommendation("按计划定期体检。", "Routine check-up as planned.", within: "P1Y"),
      urgency: .routine, support: []),
  ]
}
