extension ComplaintFamily {
  var chinese: ComplaintWords {
    switch self {
    case .fever:
      ComplaintWords(
        symptoms: [
          ["发热", "高热", "发烧", "体温38.9℃", "寒战发热", "畏寒发热"],
          ["咳嗽", "咳黄痰", "咳脓痰", "咳嗽咳痰", "阵发性咳嗽", "咽痛咳嗽"],
        ], durations: Self.chineseDays)
    case .wasting:
      ComplaintWords(
        symptoms: [
          ["体重下降", "明显消瘦", "体重减轻约八公斤", "食欲减退、消瘦", "瘦了十斤"],
          ["咯血", "痰中带血", "慢性咳嗽", "盗汗", "午后低热、盗汗", "咳血丝痰"],
        ], durations: Self.chineseMonths)
    case .bedrest:
      ComplaintWords(
        contexts: [
          "腹部手术后", "髋部骨折术后卧床", "剖腹手术后第三天", "全麻术后", "长期卧床", "脑卒中后卧床", "胆囊切除术后",
          "膝关节置换术后",
        ], symptoms: [["气促", "呼吸费力", "血氧下降", "胸闷", "呼吸浅快"]], durations: Self.chineseShortDays)
    case .congestion:
      ComplaintWords(
        symptoms: [
          ["夜间不能平卧", "端坐呼吸", "夜间阵发性呼吸困难", "平卧时憋醒", "需垫高枕头入睡"],
          ["双下肢水肿", "双踝肿胀", "腿肿", "尿少、腿肿", "下肢凹陷性水肿"],
        ], durations: Self.chineseWeeks)
    case .checkup:
      ComplaintWords(
        contexts: [
          "单位年度体检", "入职体检", "健康体检", "签证体检", "常规体检", "社区体检", "驾照年审体检", "择期手术前常规检查",
        ], symptoms: [["无不适", "无自觉症状", "未诉不适", "一般情况良好", "无咳嗽无发热", "没有任何症状"]])
    case .injury:
      ComplaintWords(
        contexts: [
          "从楼梯跌落", "车祸撞击胸部", "骑车摔倒", "从梯子上摔下", "被重物砸中胸部", "打篮球时被撞", "雪地滑倒", "马背上跌下",
        ], symptoms: [["胸痛", "胸壁疼痛", "深呼吸时疼痛", "不敢深呼吸", "咳嗽时胸部剧痛"]], durations: Self.chineseHours)
    case .sudden:
      ComplaintWords(
        symptoms: [
          ["突发胸痛", "突发剧烈胸痛", "突然胸部刺痛", "突然一侧胸痛", "骤起胸痛"],
          ["气促", "突发呼吸困难", "气短", "憋气", "心慌气急"],
        ], durations: Self.chineseHours)
    case .dust:
      ComplaintWords(
        contexts: [
          "煤矿工人", "采石工三十年", "隧道掘进工", "喷砂工二十年", "井下作业多年", "石材切割工", "铸造厂清砂工", "长期粉尘接触",
        ], symptoms: [["活动后气促", "气短", "胸闷", "咳嗽气短", "劳动时气急"]], durations: Self.chineseYears)
    case .exertion:
      ComplaintWords(
        symptoms: [
          ["活动后气促", "爬楼气短", "进行性呼吸困难", "走路快就喘", "体力活动后呼吸困难"],
          ["干咳", "活动耐力下降", "乏力", "走平路也要停下休息", "逐渐加重"],
        ], durations: Self.chineseYears)
    case .smoking:
      ComplaintWords(
        contexts: [
          "吸烟四十年", "长期吸烟", "每日吸烟一包", "老烟民", "吸烟史三十余年", "烟龄五十年", "重度吸烟",
        ],
        symptoms: [
          ["咳嗽咳痰加重", "痰量增多", "反复咳痰加重", "晨起咳痰增多", "老慢支发作"],
          ["喘息", "气喘加重", "喘憋", "走几步就喘"],
        ], durations: Self.chineseShortDays)
    }
  }

  var english: ComplaintWords {
    switch self {
    case .fever:
      ComplaintWords(
        symptoms: [
          [
            "fever", "high fever", "a temperature of 38.9 C", "chills and fever", "feverish spells", "rigors",
          ],
          [
            "cough", "productive cough", "yellow sputum", "a bad cough", "coughing up phlegm",
            "sore throat and cough",
          ],
        ], durations: Self.englishDays)
    case .wasting:
      ComplaintWords(
        symptoms: [
          [
            "weight loss", "steady loss of weight", "unintended weight loss of 8 kg",
            "poor appetite and weight loss", "clothes getting loose",
          ],
          [
            "haemoptysis", "blood in the sputum", "a chronic cough", "night sweats", "coughing up blood",
            "blood-streaked sputum",
          ],
        ], durations: Self.englishMonths)
    case .bedrest:
      ComplaintWords(
        contexts: [
          "after abdominal surgery", "in bed after hip surgery", "third day after laparotomy",
          "after general anaesthesia",
          "bedridden", "bedbound since a stroke", "after gallbladder removal", "after knee replacement",
        ],
        symptoms: [
          [
            "shortness of breath", "laboured breathing", "falling oxygen saturation", "chest tightness",
            "shallow breathing",
          ]
        ],
        durations: Self.englishShortDays)
    case .congestion:
      ComplaintWords(
        symptoms: [
          [
            "orthopnoea", "inability to lie flat", "waking at night gasping for air",
            "paroxysmal nocturnal dyspnoea", "sleeping on three pillows",
          ],
          [
            "leg swelling", "swollen ankles", "swollen legs", "pitting oedema of the legs",
            "tight shoes and swollen feet",
          ],
        ], durations: Self.englishWeeks)
    case .checkup:
      ComplaintWords(
        contexts: [
          "annual check-up", "pre-employment check", "routine health check", "visa medical",
          "screening visit",
          "company medical", "driving licence medical", "routine film before elective surgery",
        ],
        symptoms: [
          [
            "no symptoms", "no complaints", "feels well", "asymptomatic", "no cough or fever",
            "nothing to report",
          ]
        ])
    case .injury:
      ComplaintWords(
        contexts: [
          "fell down the stairs", "hit on the chest in a car accident", "fell off a bicycle",
          "fell from a ladder",
          "struck by a heavy object", "collision while playing basketball", "slipped on ice",
          "thrown from a horse",
        ],
        symptoms: [
          [
            "chest pain", "chest wall pain", "pain on deep breathing", "pain when breathing",
            "sharp pain when coughing",
          ]
        ],
        durations: Self.englishHours)
    case .sudden:
      ComplaintWords(
        symptoms: [
          [
            "sudden chest pain", "abrupt severe chest pain", "sudden stabbing chest pain",
            "sudden pain on one side", "acute onset chest pain",
          ],
          [
            "breathlessness", "sudden dyspnoea", "trouble breathing", "air hunger",
            "palpitations and breathlessness",
          ],
        ], durations: Self.englishHours)
    case .dust:
      ComplaintWords(
        contexts: [
          "coal miner", "quarry worker for thirty years", "tunnel driller", "sandblaster for twenty years",
          "many years underground", "stone cutter", "foundry worker", "long dust exposure at work",
        ],
        symptoms: [
          [
            "breathlessness on effort", "shortness of breath", "chest tightness", "cough and short breath",
            "breathlessness at work",
          ]
        ],
        durations: Self.englishYears)
    case .exertion:
      ComplaintWords(
        symptoms: [
          [
            "breathlessness on exertion", "breathlessness on stairs", "progressive dyspnoea",
            "getting winded when walking fast", "dyspnoea on effort",
          ],
          [
            "dry cough", "reduced exercise tolerance", "tiredness", "having to stop on level ground",
            "slow worsening",
          ],
        ], durations: Self.englishYears)
    case .smoking:
      ComplaintWords(
        contexts: [
          "smoker for forty years", "long-time smoker", "smokes a pack a day", "heavy smoker",
          "thirty pack-years",
          "smoking since youth", "lifelong smoker",
        ],
        symptoms: [
          [
            "worsening cough and sputum", "more sputum", "worse morning phlegm",
            "flare of chronic bronchitis", "increasing sputum",
          ],
          ["wheezing", "worse wheeze", "gasping and wheezing", "wheezing after a few steps"],
        ], durations: Self.englishShortDays)
    }
  }

  private static let chineseDays = ["一天", "两天", "三天", "四天", "五天", "六天", "一周", "8天", "十天", "3日"]
  private static let chineseShortDays = ["一天", "两天", "三天", "2天", "半天", "四天", "数日", "5日"]
  private static let chineseHours = ["一小时", "两小时", "三小时", "半小时", "半天", "4小时", "六小时", "1天"]
  private static let chineseWeeks = ["一周", "两周", "三周", "10天", "半个月", "一个月", "20余天", "五周"]
  private static let chineseMonths = ["两个月", "三个月", "四个月", "半年", "5个月", "数月", "一个半月", "八个月"]
  private static let chineseYears = ["半年", "一年", "两年", "三年", "1年余", "五年", "数年", "八个月"]
  private static let englishDays = [
    "one day", "two days", "three days", "four days", "5 days", "six days", "a week", "8 days", "ten days",
  ]
  private static let englishShortDays = [
    "a day", "two days", "three days", "2 days", "half a day", "four days", "several days",
  ]
  private static let englishHours = [
    "an hour", "two hours", "three hours", "half an hour", "4 hours", "six hours", "half a day",
  ]
  private static let englishWeeks = [
    "a week", "two weeks", "three weeks", "10 days", "a fortnight", "one month", "five weeks",
  ]
  private static let englishMonths = [
    "two months", "three months", "four months", "half a year", "5 months", "several months", "eight months",
  ]
  private static let englishYears = [
    "six months", "a year", "two years", "three years", "over a year", "five years", "several years",
  ]
}
