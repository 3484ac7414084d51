/// The part of the joint model that a parameter belongs to, by its name in a checkpoint.
public enum ModelPart: String, CaseIterable, Sendable {
  case text, vision, fusion, heads

  /// The text model keeps its Hugging Face names; those of the other parts begin with the part.
  public init(ofParameter name: String) {
    let first = name.prefix { $0 != "." }
    self = ModelPart(rawValue: String(first)) ?? .text
  }
}

extension Recipe {
  /// The highest learning rate of a part; 0 for one that is frozen.
  public func highestRate(of part: ModelPart) -> Double {
    switch part {
    case .text: model.text.frozen ? 0 : training.rates.text
    case .vision: model.vision.frozen ? 0 : training.rates.vision
    case .fusion: training.rates.fusion
    case .heads: training.rates.heads
    }
  }
}
