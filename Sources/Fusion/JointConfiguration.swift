import DeepSeek
import Groundwork
import Vision

/// How text and images are joined.
public struct FusionConfiguration: Sendable, Equatable {
  /// How a cross-attention block starts as doing nothing.
  public enum Gate: String, Sendable, CaseIterable {
    /// Additions are multiplied by tanh of a learned gate that starts at 0 (Alayrac et al. 2022, "Flamingo").
    case tanh
    /// The gate starts open, and the output projections start at zero: they get gradients from the first step.
    case zeroOutput = "zero-output"
  }

  /// A block stands before every `every`-th decoder layer, from the first on.
  public var every: Int
  public var heads: Int
  public var feedForwardSize: Int
  public var gate: Gate
  /// Latents of the Perceiver resampler (Jaegle et al. 2021); 0: cross-attention sees the patch tokens themselves.
  public var latents: Int
  /// Layers of the resampler.
  public var resamplerLayers: Int
  /// Whether the pooled token of each finding joins what cross-attention sees.
  public var findingTokens: Bool

  public init(
    every: Int, heads: Int, feedForwardSize: Int, gate: Gate, latents: Int = 0, resamplerLayers: Int = 2,
    findingTokens: Bool
  ) {
    self.every = every
    self.heads = heads
    self.feedForwardSize = feedForwardSize
    self.gate = gate
    self.latents = latents
    self.resamplerLayers = resamplerLayers
    self.findingTokens = findingTokens
  }
}

/// The classifying heads beside the language model.
public struct HeadConfiguration: Sendable, Equatable {
  /// What a class is.
  public enum ClassSource: String, Sendable, CaseIterable {
    /// The study's `label`.
    case label
    /// The ICD-10 code of the study's first diagnosis.
    case diagnosis
  }

  /// The names of the findings, in the order of the finding head's outputs.
  public var findings: [String]
  /// The names of the classes, in the order of the class head's outputs; empty: no class head.
  public var classes: [String]
  public var classSource: ClassSource

  public init(findings: [String] = [], classes: [String] = [], classSource: ClassSource = .label) {
    self.findings = findings
    self.classes = classes
    self.classSource = classSource
  }
}

/// What the model was trained to do, so that it is used the same way.
public struct TaskConfiguration: Sendable, Equatable {
  /// What the model writes.
  public enum Answer: String, Sendable, CaseIterable {
    /// The clinical part of a report, as JSON under a grammar.
    case report
    /// Free text.
    case text
    /// Nothing: only the heads are asked.
    case none
  }

  /// Whether the complaint is read.
  public var readsComplaint: Bool
  /// Whether images are seen.
  public var seesImages: Bool
  public var answer: Answer

  public init(readsComplaint: Bool = true, seesImages: Bool = true, answer: Answer = .none) {
    self.readsComplaint = readsComplaint
    self.seesImages = seesImages
    self.answer = answer
  }
}

/// Everything that shapes a joint model. Without vision it is the text model alone.
public struct JointConfiguration: Sendable, Equatable {
  public var text: TextConfiguration
  public var vision: VisionConfiguration?
  public var fusion: FusionConfiguration?
  public var heads: HeadConfiguration
  public var task: TaskConfiguration
  public var calibration: Calibration

  public init(
    text: TextConfiguration, vision: VisionConfiguration? = nil, fusion: FusionConfiguration? = nil,
    heads: HeadConfiguration = HeadConfiguration(), task: TaskConfiguration = TaskConfiguration(),
    calibration: Calibration = Calibration()
  ) throws {
    self.text = text
    self.vision = vision
    self.fusion = fusion
    self.heads = heads
    self.task = task
    self.calibration = calibration
    guard (vision == nil) == (fusion == nil) else {
      throw FusionError.configuration(
        path: "config.json", key: "fusion_config", reason: "goes with vision_config")
    }
    if let fusion, let vision {
      guard fusion.every > 0, fusion.heads > 0, fusion.latents >= 0, fusion.feedForwardSize > 0,
        text.hiddenSize % fusion.heads == 0, vision.width % fusion.heads == 0
      else {
        throw FusionError.configuration(
          path: "config.json", key: "fusion_config",
          reason:
            "needs positive sizes, and heads that divide the widths of text (\(text.hiddenSize)) and vision (\(vision.width))"
        )
      }
    }
  }
}
