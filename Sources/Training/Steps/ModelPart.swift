internal import Layers

/// The part of the joint model that a parameter belongs to, by its name in a checkpoint.
public enum ModelPart: String, CaseIterable, Sendable {
  case text, vision, fusion, heads, adapters

  /// The text model keeps its Hugging Face names and adapters have PEFT's; those of the other parts begin with the part.
  public init(ofParameter name: String) {
    let first = name.prefix { $0 != "." }
    self = name.hasPrefix(AdapterSet.prefix) ? .adapters : ModelPart(rawValue: String(first)) ?? .text
  }
}

extension Recipe {
  /// The highest learning rate of a part; 0 for one that is frozen.
  public func highestRate(of part: ModelPart) -> Double {
    switch part {
    case .text: model.text.frozen || hasAdapters(in: .text) ? 0 : training.rates.text
    case .vision: model.vision.frozen || hasAdapters(in: .vision) ? 0 : training.rates.vision
    case .fusion: training.rates.fusion
    case .heads: training.rates.heads
    case .adapters: model.adapters.kind == .none ? 0 : training.rates.adapters
    }
  }
}
