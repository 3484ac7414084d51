internal import Groundwork
internal import Studies

extension BilingualText {
  /// `{"zh":…,"en":…}`
  var json: JSON { ["zh": .string(chinese), "en": .string(english)] }

  /// Reads `{"zh":…,"en":…}`; nil when a language is missing.
  init?(_ json: JSON) {
    guard let chinese = json["zh"]?.string, let english = json["en"]?.string else { return nil }
    self.init(chinese, english)
  }
}
